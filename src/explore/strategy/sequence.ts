import type { PlannedStep } from "../event.ts";
import type { EventLog } from "../event-log.ts";

/** A sequence of events of a log, by their numbers. One is used again and again, so that planning leaves no garbage. */
export class Sequence {
  readonly #log: EventLog;
  #events: Int32Array = new Int32Array(256);
  #length = 0;

  constructor(log: EventLog) {
    this.#log = log;
  }

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** Adds event `index` of the log. */
  add(index: number): void {
    if (this.#length === this.#events.length) {
      const longer = new Int32Array(this.#length * 2);
      longer.set(this.#events);
      this.#events = longer;
    }
    this.#events[this.#length++] = index;
  }

  /**
   * True if `step` is a weak initial of the sequence: it is in it and depends on nothing before it, or it is not in it
   * and commutes with all of it. Abdulla et al., Optimal dynamic partial order reduction, POPL 2014.
   */
  hasWeakInitial(step: PlannedStep): boolean {
    const log = this.#log;
    for (let at = 0; at < this.#length; at++) {
      const event = this.#events[at]!;
      // Its own step here may touch other words than `step` did: what counts is what it touches here.
      if (log.task[event] === step.task) return this.#dependsOnNothing(at);
      if (log.conflicts(event, step.addr, step.writes, step.size)) return this.#isIn(step.task, at + 1);
    }
    return true;
  }

  /** True if the task has a step from `from` on that depends on nothing before it. */
  #isIn(task: number, from: number): boolean {
    for (let at = from; at < this.#length; at++)
      if (this.#log.task[this.#events[at]!] === task) return this.#dependsOnNothing(at);
    return false;
  }

  #dependsOnNothing(position: number): boolean {
    const log = this.#log;
    const event = this.#events[position]!;
    for (let at = 0; at < position; at++) {
      if (log.conflicts(this.#events[at]!, log.addr[event]!, log.writes[event]!, log.size[event]!))
        return false;
    }
    return true;
  }

  /** Takes the first step of `task` out, if there is one. */
  dropFirstOf(task: number): void {
    for (let at = 0; at < this.#length; at++) {
      if (this.#log.task[this.#events[at]!] !== task) continue;
      this.#events.copyWithin(at, at + 1, this.#length);
      this.#length--;
      return;
    }
  }

  /** The steps as objects. */
  steps(): PlannedStep[] {
    return Array.from({ length: this.#length }, (_, at) => this.#log.planned(this.#events[at]!));
  }
}
