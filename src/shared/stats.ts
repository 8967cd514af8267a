import { type Addr, peek, poke } from "./atomic/index.ts";
import { currentTask } from "./task.ts";

/** Counters of a task, in its own lines of the arena; only the task writes them, anyone may read. */
export const STAT = {
  OPS: 0,
  FREES: 1,
  CONTENDED_FREES: 2,
  /** Frees that had another task inside the same object's window. */
  OVERLAP: 3,
  LOCK_WAITS: 4,
  TRYLOCK_FAILED: 5,
  BACKOFFS: 6,
  RECLAIMS: 7,
  PAGES_RECLAIMED: 8,
  DEFERRED: 9,
  /** Nanoseconds spent in frees that were timed, and how many were: one in 64 is. */
  FREE_NS: 10,
  FREES_TIMED: 11,
  WORLDS: 12,
  /** Last references dropped under the object's own lock, or its list's. */
  PUTS_UNDER_LOCK: 13,
  /** Locks that were not free at the first try. */
  CONTENDED: 14,
  /** Looks at a lock while spinning. */
  SPINS: 15,
  /** Times that the task went to sleep. */
  SLEEPS: 16,
  /** Tasks that it woke. */
  WAKEUPS: 17,
  /** Times that a tortured lock let somebody in beside another. */
  FAILS: 18,
  /** Times that it took a lock found free past those who wait for it. */
  BARGES: 19,
} as const;

/** Words of a task's counters. */
export const STAT_WORDS = 32;

let counters = 0;

/** Says where the counters start. Once a thread. */
export function placeStats(base: Addr): void {
  counters = base;
}

/** Adds to a counter of the current task. */
export function countFor(stat: number, amount: number): void {
  const word = counters + currentTask() * STAT_WORDS + stat;
  poke(word, (peek(word) + amount) | 0);
}

/** Adds 1 to a counter of the current task; returns the value before. */
export function tick(stat: number): number {
  const word = counters + currentTask() * STAT_WORDS + stat;
  const before = peek(word);
  poke(word, (before + 1) | 0);
  return before;
}
