import type { Execution } from "./execution.ts";

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
    this.#current = new Int32Array(tasks * (tasks + 1));
  }

  /** Computes the clocks of all events. */
  update(run: Execution): void {
    const n = this.#tasks;
    if (this.#sequence.length < run.length) {
      this.#sequence = new Int32Array(run.length * 2);
      this.#clocks = new Int32Array(run.length * 2 * n);
    }
    this.#current.fill(0);
    this.#lastWrite.clear();
    this.#reads.clear();
    for (let event = 0; event < run.length; event++) this.#add(run, event);
  }

  #add(run: Execution, event: number): void {
    const n = this.#tasks;
    const task = run.task[event]!;
    const own = task * n;
    const addr = run.addr[event]!;
    if (addr !== 0) {
      const write = this.#lastWrite.get(addr);
      if (write !== undefined) this.#join(own, write);
      if (run.writes[event] === 1) {
        for (const read of this.#reads.get(addr) ?? []) this.#join(own, read);
        this.#lastWrite.set(addr, event);
        this.#reads.delete(addr);
      } else {
        const reads = this.#reads.get(addr);
        if (reads === undefined) this.#reads.set(addr, [event]);
        else reads.push(event);
      }
    }
    this.#sequence[event] = ++this.#current[own + task]!;
    for (let other = 0; other < n; other++) this.#clocks[event * n + other] = this.#current[own + other]!;
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
