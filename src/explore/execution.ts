import { STEP } from "#shared/atomic/step-kind";
import type { Machine } from "./machine.ts";

/**
 * What a step touches. `addr` 0 touches nothing. A step that frees an object has `size` above 0: it takes away
 * `size` words from `addr` on, and conflicts with whatever touches one of them.
 */
export interface Footprint {
  readonly addr: number;
  /** 1 if the word is written. */
  readonly writes: number;
  readonly size: number;
}

/** True if two steps do not commute: the same word, and one writes it or takes it away. */
export function conflict(a: Footprint, b: Footprint): boolean {
  if (a.addr === 0 || b.addr === 0) return false;
  if (a.size === 0 && b.size === 0) return a.addr === b.addr && (a.writes | b.writes) !== 0;
  return a.addr < b.addr + Math.max(1, b.size) && b.addr < a.addr + Math.max(1, a.size);
}

/** The footprint of a task's next step, taken now. */
export function footprintOf(machine: Machine, task: number): Footprint {
  if (machine.stepKind(task) === STEP.FREE)
    return { addr: machine.addr[task]!, writes: 1, size: machine.value[task]! };
  return { addr: machine.touched(task), writes: machine.writes(task), size: 0 };
}

/** One event: whose step it was, what it touched, and what the word was before. */
export interface Event extends Footprint {
  readonly task: number;
  readonly kind: number;
  readonly before: number;
  readonly expected: number;
  /** The step could only be taken in some states. */
  readonly waited: boolean;
  /** Outcome of a CHOOSE, and how many it has. */
  readonly outcome: number;
  readonly outcomes: number;
}

/**
 * The events of one execution. A compare-and-exchange counts as a write where it succeeded and as a read where it
 * failed; so does a trylock at granularity `atomic`.
 */
export class Execution {
  readonly events: Event[] = [];

  get length(): number {
    return this.events.length;
  }

  /** Takes the task's next step on the machine and records it. */
  take(machine: Machine, task: number, outcome = 0): Event {
    const kind = machine.stepKind(task);
    const { addr, writes, size } = footprintOf(machine, task);
    const event: Event = {
      task,
      addr,
      writes,
      size,
      kind,
      before: machine.words[machine.addr[task]!]!,
      expected: machine.expected[task]!,
      waited: machine.waits(task),
      outcome,
      outcomes: kind === STEP.CHOOSE ? machine.value[task]! : 1,
    };
    this.events.push(event);
    machine.step(task, outcome);
    return event;
  }
}
