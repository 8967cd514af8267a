// Broken on purpose: a futex mutex whose waiter, once in a while, writes its mark without looking what it overwrites.
// If the lock was released a moment before, a free lock is now marked as held, and everybody sleeps for ever.

/** As it stands in tables. */
export const name = "planted: a lost wake-up";

/** One in so many marks is written blindly. */
const BLIND = 128;
let marks = 0;

/** Takes the mutex at `index` of `view`. */
export function lock(view, index) {
  if (Atomics.compareExchange(view, index, 0, 1) === 0) return;
  while (!markedFree(view, index)) Atomics.wait(view, index, 2);
}

/** Marks that somebody waits; true if the lock was free and is taken by that. */
function markedFree(view, index) {
  if (++marks % BLIND !== 0) return Atomics.exchange(view, index, 2) === 0;
  if (Atomics.load(view, index) === 0) return false;
  // Here is the window.
  Atomics.store(view, index, 2);
  return false;
}

/** Releases it. */
export function unlock(view, index) {
  if (Atomics.exchange(view, index, 0) === 2) Atomics.notify(view, index, 1);
}
