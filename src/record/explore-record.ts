/** One step of an interleaving, in words. */
export interface ExploreStep {
  task: string;
  step: string;
  on: string;
}

/** One violation of an exploration, with the interleaving that ends in it. */
export interface ExploreViolation {
  kind: string;
  message: string;
  task: string | null;
  object: string | null;
  /** Which execution met it, from 1. */
  execution: number;
  /** Switches away from a task that could have gone on. */
  preemptions: number;
  steps: number;
  /** Steps and preemptions as it was met, before shrinking. */
  met: { steps: number; preemptions: number };
  /** True if no interleaving with fewer preemptions fails in this way. */
  fewest: boolean;
  waits: { task: string; waitsFor: string; heldBy: string | null }[];
  schedule: ExploreStep[];
}

/** Everything an exploration left behind. Times are seconds. */
export interface ExploreRecord {
  scenario: string;
  claim: string;
  engine: "explore";
  params: Record<string, string | number>;
  verdict: "holds" | "violated" | "inconclusive";
  strategy: string;
  granularity: string;
  tasks: string[];
  /** True if no interleaving is left. */
  exhaustive: boolean;
  /** Complete executions, and those that were given up since all that was left had been seen. */
  executions: number;
  blocked: number;
  steps: number;
  seconds: number;
  /** True if an execution went on past the limit of steps. */
  overran: boolean;
  violations: ExploreViolation[];
  command: string;
}
