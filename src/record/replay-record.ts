import type { ExploreViolation } from "./explore-record.ts";

/** How real threads took the steps of a schedule. */
export interface ThreadsOutcome {
  threads: number;
  /** Single accesses taken, of how many. */
  taken: number;
  planned: number;
  /** True if each met the value it met in one thread, and the memory ended the same. */
  same: boolean;
  /** What the threads reported, or, with the same memory at the end, what stands there; null if nothing is wrong. */
  kind: string | null;
  object: string | null;
  /** Where they went another way; null if they did not. */
  difference: string | null;
}

/** Everything a replay left behind. Times are seconds. */
export interface ReplayRecord {
  scenario: string;
  engine: "replay";
  params: Record<string, string | number>;
  granularity: string;
  tasks: string[];
  verdict: "holds" | "violated" | "inconclusive";
  /** What the schedule file says that it ends in. */
  expected: { kind: string; object: string | null };
  /** True if it ended in that, on threads too where they were asked for. */
  reproduced: boolean;
  steps: number;
  seconds: number;
  violations: Omit<ExploreViolation, "execution" | "met" | "fewest">[];
  threads: ThreadsOutcome | null;
  command: string;
}
