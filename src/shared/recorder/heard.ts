import { type Addr, peek, poke } from "../atomic/index.ts";
import { RING } from "./events.ts";

// The recorder of a race that lockdep listens to: the ring, as in ring.ts, and a listener in the same thread.

let ring = 0;
let listen: (event: number, object: Addr, value: number) => void = () => {};

export function placeRecorder(base: Addr): void {
  ring = base;
}

export function record(event: number, object: Addr, value: number): void {
  const head = peek(ring + RING.HEAD);
  const entry = ring + RING.FIRST + (head & (RING.EVENTS - 1)) * RING.WORDS;
  poke(entry, event);
  poke(entry + 1, object);
  poke(entry + 2, value);
  poke(ring + RING.HEAD, (head + 1) | 0);
  listen(event, object, value);
}

export function onRecord(listener: (event: number, object: Addr, value: number) => void): void {
  listen = listener;
}

export function contended(_lock: Addr): void {}
