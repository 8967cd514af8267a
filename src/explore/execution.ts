import { STEP } from "#shared/atomic/step-kind";
import type { Machine } from "./machine.ts";

const FIRST_CAPACITY = 256;

/** True if two footprints do not commute: the same word, and one writes. A word of 0 touches nothing. */
export function conflict(addr: number, writes: number, otherAddr: number, otherWrites: number): boolean {
  return addr !== 0 && addr === otherAddr && (writes | otherWrites) !== 0;
}

/**
 * The events of one execution, with what each touched. A compare-and-exchange counts as a write where it
 * succeeded and as a read where it failed; so does a trylock.
 */
export class Execution {
  length = 0;
  task: Int32Array = new Int32Array(FIRST_CAPACITY);
  kind: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  addr: Int32Array = new Int32Array(FIRST_CAPACITY);
  /** 1 where the event wrote its word. */
  writes: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  /** Value of the word before the event, and the event's operand and comparand. */
  before: Int32Array = new Int32Array(FIRST_CAPACITY);
  expected: Int32Array = new Int32Array(FIRST_CAPACITY);

  /** Forgets every event from `length` on. */
  truncate(length: number): void {
    this.length = length;
  }

  /** Takes the task's next step on the machine and records it; returns its index. */
  take(machine: Machine, task: number): number {
    if (this.length === this.task.length) this.#grow();
    const index = this.length++;
    const kind = machine.kind[task]!;
    const addr = machine.addr[task]!;
    this.task[index] = task;
    this.kind[index] = kind;
    this.addr[index] = addr;
    this.before[index] = machine.words[addr]!;
    this.expected[index] = machine.expected[task]!;
    this.writes[index] = writesNow(machine, task);
    machine.step(task);
    return index;
  }

  #grow(): void {
    const size = this.task.length * 2;
    const larger = (array: Int32Array): Int32Array => {
      const next = new Int32Array(size);
      next.set(array);
      return next;
    };
    const largerBytes = (array: Uint8Array): Uint8Array => {
      const next = new Uint8Array(size);
      next.set(array);
      return next;
    };
    this.task = larger(this.task);
    this.addr = larger(this.addr);
    this.before = larger(this.before);
    this.expected = larger(this.expected);
    this.kind = largerBytes(this.kind);
    this.writes = largerBytes(this.writes);
  }
}

/** 1 if the task's next step would write its word, taken now. */
export function writesNow(machine: Machine, task: number): number {
  switch (machine.kind[task]) {
    case STEP.WRITE:
    case STEP.RMW:
    case STEP.PLAIN_WRITE:
    case STEP.AWAIT_CAS:
      return 1;
    case STEP.CAS:
      return machine.words[machine.addr[task]!] === machine.expected[task] ? 1 : 0;
    default:
      return 0;
  }
}
