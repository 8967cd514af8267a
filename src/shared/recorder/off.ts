import type { Addr } from "../atomic/index.ts";

// The recorder when it is off: nothing, and inlined to nothing.

export function placeRecorder(_ring: Addr): void {}

export function record(_event: number, _object: Addr, _value: number): void {}

export function onRecord(_listener: (event: number, object: Addr, value: number) => void): void {}

export function contended(_lock: Addr): void {}
