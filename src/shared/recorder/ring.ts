import { type Addr, peek, poke } from "../atomic/index.ts";
import { RING } from "./events.ts";

// The recorder of the race build: plain stores to a ring that only this task writes. It lives in the arena,
// so it survives its worker.

let ring = 0;

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
}

export function onRecord(_listener: (event: number, object: Addr, value: number) => void): void {}

export function contended(_lock: Addr): void {}
