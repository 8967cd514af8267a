// The floor to compare with: a hand-written three-state futex mutex (0 free, 1 held, 2 held with waiters), as in
// Drepper's "Futexes Are Tricky", in the form any SharedArrayBuffer program has it: a view and an index.

/** As it stands in tables. */
export const name = "futex mutex, three states";

/** Takes the mutex at `index` of `view`. */
export function lock(view, index) {
  if (Atomics.compareExchange(view, index, 0, 1) === 0) return;
  while (Atomics.exchange(view, index, 2) !== 0) Atomics.wait(view, index, 2);
}

/** Releases it. */
export function unlock(view, index) {
  if (Atomics.exchange(view, index, 0) === 2) Atomics.notify(view, index, 1);
}
