import type { Event } from "./execution.ts";

/**
 * Happens-before of one execution, by vector clocks: an event comes after the earlier events of its task and
 * after every earlier event that it conflicts with.
 */
export class HappensBefore {
  readonly #tasks: number;
  /** Per event and task: how many events of that task come before it or are it. */
  #clocks: Int32Array;
  /** Per event: its number within its task, from 1. */
  #sequence: Int32Array = new Int32Array(256);
  readonly #current: Int32Array;
  readonly #lastWrite = new Map<number, number>();
  /** Per word: the reads since its last write. */
  readonly #reads = new Map<number, number[]>();

  constructor(tasks: number) {
    this.#tasks = tasks;
    this.#clocks = new Int32Array(256 * tasks);
    this.#current = new Int32Array(tasks * tasks);
  }

  /** Computes the clocks of all events. */
  update(events: readonly Event[]): void {
    if (this.#sequence.length < events.length) {
      this.#sequence = new Int32Array(events.length * 2);
      this.#clocks = new Int32Array(events.length * 2 * this.#tasks);
    }
    this.#current.fill(0);
    this.#lastWrite.clear();
    this.#reads.clear();
    for (const [index, event] of events.entries()) this.#add(event, index);
  }

  #add(event: Event, index: number): void {
    const n = this.#tasks;
    const own = event.task * n;
    // A freed object's words are all written, as far as order goes: what touches them later comes after.
    for (let word = 0; word < Math.max(1, event.size); word++)
      this.#touch(own, index, event.addr + word, event.writes);
    this.#sequence[index] = ++this.#current[own + event.task]!;
    for (let other = 0; other < n; other++) this.#clocks[index * n + other] = this.#current[own + other]!;
  }

  #touch(own: number, index: number, addr: number, writes: number): void {
    if (addr === 0) return;
    const write = this.#lastWrite.get(addr);
    if (write !== undefined && write !== index) this.#join(own, write);
    const reads = this.#reads.get(addr);
    if (writes === 1) {
      for (const read of reads ?? []) this.#join(own, read);
      this.#lastWrite.set(addr, index);
      this.#reads.delete(addr);
    } else if (reads === undefined) this.#reads.set(addr, [index]);
    else reads.push(index);
  }

  #join(own: number, event: number): void {
    const n = this.#tasks;
    for (let other = 0; other < n; other++) {
      const clock = this.#clocks[event * n + other]!;
      if (clock > this.#current[own + other]!) this.#current[own + other] = clock;
    }
  }

  /** True if `event`, by `task`, is `later` or comes before it. */
  before(event: number, task: number, later: number): boolean {
    return this.#clocks[later * this.#tasks + task]! >= this.#sequence[event]!;
  }
}
