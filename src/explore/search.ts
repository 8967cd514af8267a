import { CONTROL } from "#shared/atomic/index";
import { isMild } from "../record/violation-kinds.ts";
import type { EventLog } from "./event-log.ts";
import type { Machine } from "./machine.ts";

/** When a search gives up. */
export interface Budget {
  readonly executions: number;
  /** Steps of one execution. */
  readonly steps: number;
  /** Ends an execution at the first thing that is wrong, instead of running the other tasks to their end. */
  readonly stopAtReport?: "any" | "not at cycles" | "past mild ones" | undefined;
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
  /** Steps of the longest execution. */
  readonly longest: number;
}

/** A way to go through interleavings, one execution after the other. */
export interface Search {
  /** Goes on until it is over (true), or until the clock (`performance.now()`) has passed `until`. */
  goOn(until: number): boolean;
  readonly result: SearchResult;
  /** The events of the latest execution. */
  readonly log: EventLog;
  /** Estimated part of all there is that has been gone through, 0 to 1. */
  share(): number;
  /** What is needed to go on later, as plain data: counters, and where it is. */
  save(): object;
}

/** Looks at the clock once in so many executions. */
const LOOK_EVERY = 32;

/** Calls `execute` until it says that all is over (true), or the clock has passed `until`. */
export function repeat(execute: () => boolean, until: number): boolean {
  for (let turn = 1; ; turn++) {
    if (execute()) return true;
    if (turn % LOOK_EVERY === 0 && performance.now() > until) return false;
  }
}

/** True if the execution has met what it is to end at. */
export function stopsEarly(budget: Budget, machine: Machine, log: EventLog): boolean {
  if (budget.stopAtReport === undefined) return false;
  if (machine.thrown !== undefined) return true;
  const hasReports = machine.words[CONTROL.VIOLATIONS] !== 0;
  // Where a cycle is waited out it cannot be mistaken for a deadlock.
  if (budget.stopAtReport === "past mild ones")
    return hasReports && machine.reports().some(({ kind }) => !isMild(kind));
  return (
    hasReports ||
    log.race !== undefined ||
    (budget.stopAtReport !== "not at cycles" && machine.cycle !== undefined)
  );
}

/** Runs a search to its end at once, or to `deadline` (`performance.now()`). */
export function runThrough(search: Search, deadline: number = Number.POSITIVE_INFINITY): SearchResult {
  search.goOn(deadline);
  return search.result;
}

/**
 * The estimated share of a tree that has been gone through, from the branches done and open at each depth of the
 * current path: what is open is taken to be as large as what is done beside it.
 */
export function shareOfTree(
  depths: number,
  done: (depth: number) => number,
  open: (depth: number) => number,
): number {
  let share = 0;
  let weight = 1;
  for (let depth = 0; depth < depths; depth++) {
    const total = done(depth) + open(depth);
    share += (weight * done(depth)) / total;
    weight /= total;
  }
  return share;
}
