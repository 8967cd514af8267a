import type { EventLog } from "./event-log.ts";
import type { Machine } from "./machine.ts";
import { Nondeterminism } from "./nondeterminism.ts";

/**
 * Takes the steps of an execution that has just ended once more, and compares each step, what it met and what it
 * writes, and where the tasks are in the end.
 * @throws Nondeterminism at the first difference
 */
export function assertSameAgain(machine: Machine, log: EventLog): void {
  const { length } = log;
  const ends = endsOf(machine);
  machine.reset();
  for (let index = 0; index < length; index++) {
    const task = log.task[index]!;
    const same =
      !machine.finished(task) &&
      machine.stepKind(task) === log.kind[index] &&
      machine.touched(task) === log.addr[index] &&
      machine.value[task] === log.operand[index] &&
      machine.words[machine.addr[task]!] === log.before[index];
    if (!same) throw new Nondeterminism(index, task);
    machine.step(task, log.outcome[index]!);
  }
  const task = endsOf(machine).findIndex((end, at) => end !== ends[at]);
  if (task >= 0) throw new Nondeterminism(length, task);
}

/** The kind of each task's next step; -1 for one that is at its end. */
function endsOf(machine: Machine): number[] {
  return Array.from({ length: machine.tasks }, (_, task) =>
    machine.finished(task) ? -1 : machine.stepKind(task),
  );
}
