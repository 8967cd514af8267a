// Broken on purpose: taken properly when it looks free at once; who had to wait tests first and sets then, and two who
// test at one time are both in.

/** As it stands in tables. */
export const name = "planted: tests, then sets";

const LOOKS = 200;
const NAP_MS = 0.05;

/** Takes the lock at `index` of `view`. */
export function lock(view, index) {
  if (Atomics.compareExchange(view, index, 0, 1) === 0) return;
  for (let looks = 1; Atomics.load(view, index) !== 0; looks++)
    if (looks % LOOKS === 0) Atomics.wait(view, index, 1, NAP_MS);
  Atomics.store(view, index, 1);
}

/** Releases it. */
export function unlock(view, index) {
  Atomics.store(view, index, 0);
}
