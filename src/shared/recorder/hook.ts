import type { Addr } from "../atomic/index.ts";

let listen: (event: number, object: Addr, value: number) => void = () => {};

/** Says where this task's ring is. Only the ring recorder of the race build uses it. */
export function placeRecorder(_ring: Addr): void {}

/** Records an event of the current task (one of `EVENT`). */
export function record(event: number, object: Addr, value: number): void {
  listen(event, object, value);
}

/** Who hears of events in the stepped build. */
export function onRecord(listener: (event: number, object: Addr, value: number) => void): void {
  listen = listener;
}

/** The current task found a lock taken and begins to wait for it, awake or asleep. Only lock statistics count it. */
export function contended(_lock: Addr): void {}
