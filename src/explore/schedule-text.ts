import { STEP } from "#shared/atomic/step-kind";
import { nameOf } from "../catalogue/lock-names.ts";
import type { Event } from "./event.ts";
import type { Machine } from "./machine.ts";

const kindNames: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(STEP).map(([name, kind]) => [kind, name.toLowerCase().replaceAll("_", " ")]),
);

/** One step of an interleaving, in words. */
export interface ScheduleStep {
  readonly task: string;
  /** What it did: `read`, `cas`, or `operation` for a whole lock or refcount operation. */
  readonly step: string;
  /** The word or object it did it to, by name. */
  readonly on: string;
}

/** An interleaving in words, a step a row. The machine stands at its end. */
export function scheduleSteps(machine: Machine, events: readonly Event[]): ScheduleStep[] {
  return events.map((event) => ({
    task: machine.names[event.task] ?? `task ${event.task}`,
    step: event.kind === STEP.NONE ? "operation" : (kindNames[event.kind] ?? "step"),
    on: event.addr === 0 ? "" : nameOf(machine.heap, event.addr),
  }));
}
