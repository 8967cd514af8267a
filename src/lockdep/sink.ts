import type { ChainLink, LockView, TracePlace } from "../record/lockdep-record.ts";
import { viewOf } from "./classes.ts";
import type { Dependency } from "./graph.ts";
import { type Finding, type HeldLock, placeOf, type Task } from "./held.ts";

/** Where checks report to. */
export interface Sink {
  /** Takes a report. In kernel mode nothing is checked after the first. */
  report(task: Task, finding: Finding): void;
  /** Whether a report has ended it. @kernel lib/debug_locks.c: debug_locks_off() */
  readonly stopped: boolean;
  /** All classes and dependencies are about to be forgotten. */
  forgetting(): void;
  /** Here and now. */
  place(task: Task, ip: string): TracePlace;
  /** How many searches were made. */
  searches: number;
}

/** A held or wanted lock as reports show it. */
export function viewOfHeld(task: Task, entry: HeldLock): LockView {
  return {
    lock: entry.lock.name,
    class: viewOf(entry.class),
    read: entry.read !== 0,
    place: placeOf(task, entry),
  };
}

/** A path of dependencies as reports show it. */
export function linksOf(path: readonly Dependency[]): ChainLink[] {
  return path.map(({ from, to, place }) => ({ from: from.name, to: to.name, event: place.event, place }));
}
