import { type EventLog, Nondeterminism } from "./event-log.ts";
import type { Machine } from "./machine.ts";

/**
 * Takes the steps of an execution that has just ended once more, and compares each step and the memory it leaves.
 * @throws Nondeterminism at the first difference
 */
export function assertSameAgain(machine: Machine, log: EventLog): void {
  const { length } = log;
  const events = Array.from({ length }, (_, index) => log.event(index));
  machine.reset();
  for (const [index, event] of events.entries()) {
    const { task, kind, addr, before } = event;
    const same =
      !machine.finished(task) &&
      machine.stepKind(task) === kind &&
      machine.touched(task) === addr &&
      machine.words[machine.addr[task] ?? 0] === before;
    if (!same) throw new Nondeterminism(index, task);
    machine.step(task, event.outcome);
  }
}
