import type { ViolationKind } from "#shared/violation";
import type { Machine } from "./machine.ts";

/** What is wrong at the end of an execution. */
export interface Finding {
  readonly kind: ViolationKind;
  /** Task that met it, or -1. */
  readonly task: number;
  /** Word concerned, or 0. */
  readonly object: number;
  readonly value: number;
  /** Who waits for what at the end: task, word, and the task that holds it (-1: nobody). */
  readonly waits: readonly { readonly task: number; readonly word: number; readonly holder: number }[];
  /** What a task threw. */
  readonly error: unknown;
}

/**
 * Looks at a machine on which no task can take a step. Reports of the tasks come first; then tasks that wait for
 * ever; and where all have finished, what the scenario's own check reports.
 */
export function findingsAtEnd(machine: Machine): Finding[] {
  if (machine.thrown !== undefined) {
    const { task, error } = machine.thrown;
    return [{ kind: "task-threw", task, object: 0, value: 0, waits: [], error }];
  }
  const reported = reportedBy(machine);
  if (reported.length > 0) return reported;
  const waiting = Array.from({ length: machine.tasks }, (_, task) => task).filter(
    (task) => !machine.finished(task),
  );
  if (waiting.length > 0) return [stuck(machine, waiting)];
  try {
    machine.check();
  } catch (error) {
    return [{ kind: "task-threw", task: -1, object: 0, value: 0, waits: [], error }];
  }
  return reportedBy(machine);
}

function reportedBy(machine: Machine): Finding[] {
  return machine.reports().map((report) => ({ ...report, waits: [], error: undefined }));
}

function stuck(machine: Machine, waiting: readonly number[]): Finding {
  const waits = waiting.map((task) => ({
    task,
    word: machine.waitsFor(task),
    holder: machine.holderOf(task),
  }));
  const first = waits[0] as (typeof waits)[number];
  const free = waits.filter(
    ({ task, holder }) => holder < 0 && !machine.waitsForEvent(task) && machine.isAsleep(task),
  );
  const event = waits.every(({ task }) => machine.waitsForEvent(task));
  const spinning = waits.every(({ task }) => machine.isSpinning(task));
  const kind = spinning ? "livelock" : free.length > 0 ? "lost-wakeup" : event ? "wait-forever" : "deadlock";
  return { kind, task: first.task, object: first.word, value: 0, waits, error: undefined };
}
