import type { Advice } from "./advice.ts";
import type { LiveLockdep } from "./live-lockdep.ts";
import type { Witness } from "./witness.ts";

/** One violation of an exploration, with the interleaving that ends in it. */
export interface ExploreViolation {
  kind: string;
  message: string;
  /** Task that met it, and another that has a part in it. */
  task: string | null;
  other: string | null;
  object: string | null;
  value: number;
  /** Which execution met it, from 1. */
  execution: number;
  /** Switches away from a task that could have gone on. */
  preemptions: number;
  steps: number;
  /** Steps and preemptions as it was met, before shrinking. */
  met: { steps: number; preemptions: number };
  /** True if no interleaving with fewer preemptions fails in this way. */
  fewest: boolean;
  /** Who waits for what at the end. A sleep on a word has the value that it expected there, and the value now. */
  waits: { task: string; waitsFor: string; heldBy: string | null; expected?: number; now?: number }[];
  /** The schedule file that `refzero replay` takes, or null where none was asked for. */
  schedule: string | null;
  witness: Witness;
}

/** Everything an exploration left behind. Times are seconds. */
export interface ExploreRecord {
  scenario: string;
  claim: string;
  engine: "explore";
  params: Record<string, string | number>;
  verdict: "holds" | "violated" | "inconclusive";
  interrupted: boolean;
  strategy: string;
  granularity: string;
  /** Seed of a strategy that draws, else null. */
  seed: string | null;
  /** Preemptions of strategy bounded, else null. */
  bound: number | null;
  /** Depth of strategy pct, and the least probability of one execution to meet a bug of that depth; else null. */
  pct: { depth: number; probability: number; steps: number } | null;
  tasks: string[];
  /** True if no interleaving is left. */
  exhaustive: boolean;
  /** True if it ended in a first look at interleavings of one preemption at most, which strategy dpor begins with. */
  firstLook: boolean;
  /** Complete executions, and those that were given up since all that was left had been seen. */
  executions: number;
  blocked: number;
  steps: number;
  /** Steps of the longest execution. */
  longest: number;
  seconds: number;
  /** True if an execution went on past the limit of steps. */
  overran: boolean;
  /** Whose step that execution ended in, and where; null if none went past it. */
  overranAt: { task: string; at: string | null } | null;
  violations: ExploreViolation[];
  /** Rules that the tasks broke, whether or not it came to anything. */
  advice: readonly Advice[];
  /** Where to go on from, as `--checkpoint` asked; else null. */
  checkpoint: string | null;
  /** What lockdep says, as `--lockdep` asked; else null. */
  lockdep: LiveLockdep | null;
  command: string;
}
