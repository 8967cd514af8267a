import type { Machine } from "./machine.ts";

/** True if going on with `task` takes the turn from `previous` (-1: nobody's), which could have gone on itself. */
export function isPreemption(machine: Machine, previous: number, task: number): boolean {
  return previous >= 0 && previous !== task && machine.enabled(previous);
}
