// The floor of what an uncontended lock can cost in this language: one compare-and-exchange to take it, one plain store
// to give it back. Nobody is woken, so whoever has looked in vain for some microseconds sleeps a little and looks again.

/** As it stands in tables. */
export const name = "CAS + store";

/** About ten microseconds: a hand-over between running workers takes a fraction of one. */
const LOOKS = 1000;
/** Shorter sleeps than the kernel grants: it makes more than 100 microseconds of them. */
const NAP_MS = 0.05;

/** Takes the lock at `index` of `view`. */
export function lock(view, index) {
  while (Atomics.compareExchange(view, index, 0, 1) !== 0) {
    // Looking does not take the line away from the holder, as a compare-and-exchange would.
    let looks = 0;
    while (Atomics.load(view, index) !== 0) {
      if (++looks < LOOKS) continue;
      Atomics.wait(view, index, 1, NAP_MS);
      looks = 0;
    }
  }
}

/** Releases it. */
export function unlock(view, index) {
  Atomics.store(view, index, 0);
}
