import type { Execution } from "./execution.ts";

/** When a search gives up. */
export interface Budget {
  readonly executions: number;
  /** `performance.now()` at which to stop. */
  readonly deadline: number;
  /** Steps of one execution. */
  readonly steps: number;
}

/** Called at the end of each complete execution, the machine still in its last state; false ends the search. */
export type OnExecution = (run: Execution) => boolean;

/** What a search did. */
export interface SearchResult {
  /** Complete executions. */
  readonly executions: number;
  /** Executions that were given up since all that was left had been seen. */
  readonly blocked: number;
  readonly steps: number;
  /** True if nothing is left. */
  readonly exhaustive: boolean;
  /** True if an execution went on past the budget's steps: a loop that never lets go, or a budget too small. */
  readonly overran: boolean;
  /** Events of the last execution. */
  readonly longest: number;
}
