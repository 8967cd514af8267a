import { monitorOn } from "#monitor";
import { type Addr, claim, observe, peek, poke, publish } from "../atomic/index.ts";
import type { Access } from "../memory/struct.ts";
import { countFor, STAT } from "../stats.ts";
import { currentTask } from "../task.ts";
import { report } from "../violation.ts";

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

const WINDOW = 6;
const HITS = 7;
const OBJECT = 8;

/**
 * The refcount of `object` just reached zero in this task: watches its reservation lock from here on. A task
 * that holds the lock or waits for it right now is a hit. `owner` is the lock's word 0, `waiters` whether
 * somebody queues.
 */
export function openWindow(lock: Addr, object: Addr): void {
  if (!monitorOn) return;
  poke(lock + OBJECT, object);
  poke(lock + HITS, 0);
  // A fence: either the look at the owner below sees a holder, or that task's next look sees the window.
  publish(lock + WINDOW, currentTask() + 1);
  const owner = observe(lock);
  const holder = owner >> 3;
  if ((holder !== 0 && holder !== currentTask() + 1) || (owner & 1) !== 0) hit(lock, holder);
}

/** The memory of the object is about to be returned: the window closes. */
export function closeWindow(lock: Addr): void {
  if (monitorOn) publish(lock + WINDOW, 0);
}

/** Just became holder. */
export function opensHold(lock: Addr): void {
  if (monitorOn && peek(lock + WINDOW) !== 0) look(lock);
}

/** About to release: was held until now. */
export function closesHold(lock: Addr): void {
  if (monitorOn && peek(lock + WINDOW) !== 0) look(lock);
}

/** Found the lock taken: waits for it, or goes away. */
export function triesHold(lock: Addr): void {
  if (monitorOn && peek(lock + WINDOW) !== 0) look(lock);
}

function look(lock: Addr): void {
  const freer = observe(lock + WINDOW);
  // A poisoned window is not one: the use after free is reported where the lock's own words are looked at.
  if (freer <= 0 || freer > 64 || freer === currentTask() + 1) return;
  hit(lock, freer);
}

function hit(lock: Addr, other: number): void {
  // Only the first hit of a window counts the free as contended.
  if (claim(lock + HITS, 1) !== 0) return;
  countFor(STAT.CONTENDED_FREES, 1);
  report("contention-at-free", peek(lock + OBJECT), lock, other);
}
