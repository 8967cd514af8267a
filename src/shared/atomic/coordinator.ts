import { CONTROL } from "./control.ts";
import type { Addr } from "./step.ts";

// The coordinator's side of the arena: it looks on from another thread, and never waits.

/** Loads a word that workers write. */
export function look(view: Int32Array, addr: Addr): number {
  return Atomics.load(view, addr);
}

/** Asks the workers to stop: `abort` also ends the waits of the batch they are in. */
export function stopRun(view: Int32Array, abort: boolean): void {
  Atomics.store(view, CONTROL.STOP, 1);
  if (abort) Atomics.store(view, CONTROL.ABORT, 1);
}

/** Sleepers look at ABORT every 50 ms; this makes one look now. */
export function wakeAll(view: Int32Array, addr: Addr): void {
  Atomics.notify(view, addr);
}

/** Wakes whoever sleeps on a word, or is about to: it finds the word changed. */
export function rouse(view: Int32Array, addr: Addr): void {
  Atomics.add(view, addr, 1);
  Atomics.notify(view, addr);
}
