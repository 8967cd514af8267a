import { CONTROL } from "./control.ts";
import { arenaOfThread } from "./handoff.ts";

// The barrier between the phases of a batch. It is the engine's, not the emulated system's: it exists in the
// race build only, and an abort of the batch does not end it, since everybody has to come to it all the same.

const words: Int32Array = arenaOfThread();
/** Looks at the round word before sleeping: about as long as a batch's stragglers take. */
const LOOKS = 20_000;
const WAIT_SLICE_MS = 100;

/**
 * Waits until `tasks` tasks are here. The last to come runs `last` while all others stand still. `spin` false
 * sleeps at once, for more tasks than cores.
 */
export function barrier(tasks: number, spin: boolean, last: () => void): void {
  const round = Atomics.load(words, CONTROL.BARRIER_ROUND);
  if (Atomics.add(words, CONTROL.BARRIER_ARRIVED, 1) + 1 === tasks) {
    last();
    Atomics.store(words, CONTROL.BARRIER_ARRIVED, 0);
    Atomics.add(words, CONTROL.BARRIER_ROUND, 1);
    Atomics.notify(words, CONTROL.BARRIER_ROUND);
    return;
  }
  for (let looks = spin ? LOOKS : 0; looks > 0; looks--) {
    if (Atomics.load(words, CONTROL.BARRIER_ROUND) !== round) return;
  }
  while (Atomics.load(words, CONTROL.BARRIER_ROUND) === round) {
    Atomics.wait(words, CONTROL.BARRIER_ROUND, round, WAIT_SLICE_MS);
  }
}
