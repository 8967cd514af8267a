// Broken on purpose: a futex mutex whose waiter, in the end, writes its mark without looking what it overwrites. If the
// lock was released a moment before, a free lock is now marked as held, and everybody sleeps for ever. How soon is drawn
// by calls, not by contentions: of those an idle machine has a hundred times as many as a busy one.

/** As it stands in tables. */
export const name = "planted: a lost wake-up";

/** Calls until a worker becomes careless, on average: a few in a hundred runs of some ten thousand calls hang. */
const MEAN_CALLS = 500_000;
/** Holds the window open: long enough for a holder that was off its core to come back. */
const NAP_MS = 0.05;

let careful = Math.ceil(-Math.log(1 - Math.random()) * MEAN_CALLS);

/** Takes the mutex at `index` of `view`. */
export function lock(view, index) {
  if (careful > 0) careful--;
  if (Atomics.compareExchange(view, index, 0, 1) === 0) return;
  while (!markedFree(view, index)) Atomics.wait(view, index, 2);
}

/** Marks that somebody waits; true if the lock was free and is taken by that. */
function markedFree(view, index) {
  if (careful > 0) return Atomics.exchange(view, index, 2) === 0;
  const seen = Atomics.load(view, index);
  if (seen === 0) return Atomics.compareExchange(view, index, 0, 2) === 0;
  Atomics.wait(view, index, seen, NAP_MS);
  Atomics.store(view, index, 2);
  return false;
}

/** Releases it. */
export function unlock(view, index) {
  if (Atomics.exchange(view, index, 0) === 2) Atomics.notify(view, index, 1);
}
