import type { EventLog } from "./event-log.ts";
import type { Machine } from "./machine.ts";

/** When a search gives up. */
export interface Budget {
  readonly executions: number;
  /** `performance.now()` at which to stop. */
  readonly deadline: number;
  /** Steps of one execution. */
  readonly steps: number;
  /** Ends an execution as soon as something is reported, instead of running the other tasks to their end. */
  readonly stopAtReport?: boolean;
  /** Asked now and then; true ends the search. */
  readonly interrupted?: () => boolean;
}

/** Called at the end of each complete execution, the machine still in its last state; false ends the search. */
export type OnExecution = (run: EventLog) => boolean;

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

/** Looks at the clock once in so many executions. */
const LOOK_EVERY = 64;

/** True if `executions` are as many as the budget allows, or its time is up. */
export function isOver(budget: Budget, executions: number): boolean {
  if (executions >= budget.executions) return true;
  if (executions % LOOK_EVERY !== 0) return false;
  return performance.now() > budget.deadline || budget.interrupted?.() === true;
}

/** True if the execution has met what it is to end at. */
export function stopsEarly(budget: Budget, machine: Machine, log: EventLog): boolean {
  return budget.stopAtReport === true && (machine.violations() > 0 || log.race !== undefined);
}
