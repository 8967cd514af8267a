import { monitorOn } from "#monitor";
import {
  type Addr,
  claim,
  enterPrimitive,
  leavePrimitive,
  load,
  observe,
  peek,
  poke,
  type Step,
  store,
} from "../atomic/index.ts";
import type { Access } from "../memory/struct.ts";
import { countFor, STAT } from "../stats.ts";
import { currentTask, MAX_TASKS } from "../task.ts";
import { report } from "../violation.ts";
import { ownerTask, WAITERS } from "./owner-word.ts";

// The contention monitor. From the moment an object's refcount reaches zero until its memory is returned, the
// freeing task keeps a window open in the object's reservation lock; every hold, wait and attempt by another
// task in between is a hit. It serialises nothing it watches: a lock or an unlock pays one bare load of a word
// in the line it just owned, a free pays two stores. bench/paths/monitor.ts measures both, and that as many
// races of a mutant are seen with it as without.

/** Words that a watched lock carries. */
export const watchWords: {
  readonly window: Access;
  readonly windowHits: Access;
  readonly windowObject: Access;
} = {
  window: "atomic",
  windowHits: "atomic",
  windowObject: "atomic",
};

// Offset of the class in a ww-mutex, which all watched locks are.
const CLASS = 5;
const WINDOW = 6;
const HITS = 7;
const OBJECT = 8;

/**
 * The refcount of `object` just reached zero in this task: watches its reservation lock from here on. A task
 * that holds the lock or waits for it right now is a hit. `owner` is the lock's word 0, `waiters` whether
 * somebody queues.
 */
export function* openWindow(lock: Addr, object: Addr): Step<void> {
  if (!monitorOn) return;
  // An operation on the lock like any other, so that the explorer tells its place among them.
  enterPrimitive(lock, CLASS);
  const before = yield* load(lock);
  poke(lock + OBJECT, object);
  poke(lock + HITS, 0);
  // A fence: either the second look at the owner sees a holder, or that task sees the window once it holds.
  yield* store(lock + WINDOW, currentTask() + 1);
  const after = yield* load(lock);
  leavePrimitive();
  if (isAnothers(before)) hit(lock, ownerTask(before) + 1);
  else if (isAnothers(after)) hit(lock, ownerTask(after) + 1);
}

function isAnothers(owner: number): boolean {
  const holder = ownerTask(owner);
  return (holder >= 0 && holder !== currentTask()) || (owner & WAITERS) !== 0;
}

/** The memory of the object is about to be returned: the window closes. */
export function* closeWindow(lock: Addr): Step<void> {
  if (!monitorOn) return;
  enterPrimitive(lock, CLASS);
  yield* store(lock + WINDOW, 0);
  leavePrimitive();
}

/**
 * The lock was just taken, or found taken, while its window is not 0: a hit if the window is another task's.
 * Callers look at the window themselves, one bare load in a line they have just owned.
 */
export function looksIntoWindow(lock: Addr): void {
  const freer = observe(lock + WINDOW);
  // A poisoned window is not one: the use after free is reported where the lock's own words are looked at.
  if (freer <= 0 || freer > MAX_TASKS || freer === currentTask() + 1) return;
  hit(lock, freer);
}

function hit(lock: Addr, other: number): void {
  // Only the first hit of a window counts the free as contended.
  if (claim(lock + HITS, 1) !== 0) return;
  countFor(STAT.CONTENDED_FREES, 1);
  report("contention-at-free", peek(lock + OBJECT), lock, other);
}
