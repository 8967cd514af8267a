import type { Event } from "./event.ts";
import type { Machine } from "./machine.ts";

/** True if going on with `task` takes the turn from `previous` (-1: nobody's), which could have gone on itself. */
export function isPreemption(machine: Machine, previous: number, task: number): boolean {
  return previous >= 0 && previous !== task && machine.enabled(previous);
}

/** Switches away from a task that could have gone on. Replays the events, and leaves the machine at their end. */
export function preemptionsOf(machine: Machine, events: readonly Event[]): number {
  let preemptions = 0;
  machine.reset();
  for (const [index, event] of events.entries()) {
    if (isPreemption(machine, events[index - 1]?.task ?? -1, event.task)) preemptions++;
    machine.step(event.task, event.outcome);
  }
  return preemptions;
}
