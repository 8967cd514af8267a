import type { EventLog } from "../event-log.ts";
import type { Machine } from "../machine.ts";
import type { Lots, Picker } from "./sampling.ts";

const RANGE = 0x1000000;

/**
 * Partial order sampling: each task's next step has a random priority, the highest goes first, and steps that race
 * with it draw again. Yuan, Yang, Gu, Partial order aware concurrency sampling, CAV 2018.
 */
export class PosPicker implements Picker {
  readonly #priority: Int32Array;

  constructor(tasks: number) {
    this.#priority = new Int32Array(tasks);
  }

  begin(lots: Lots): void {
    for (let task = 0; task < this.#priority.length; task++) this.#priority[task] = lots.below(RANGE);
  }

  pick(machine: Machine, log: EventLog, running: number, lots: Lots): number {
    if (running >= 0) this.#drawAgain(machine, log, running, lots);
    let chosen = -1;
    for (let task = 0; task < machine.tasks; task++) {
      if (!machine.enabled(task)) continue;
      if (chosen < 0 || this.#priority[task]! > this.#priority[chosen]!) chosen = task;
    }
    return chosen;
  }

  #drawAgain(machine: Machine, log: EventLog, running: number, lots: Lots): void {
    const last = log.length - 1;
    for (let task = 0; task < machine.tasks; task++) {
      const races =
        task !== running &&
        !machine.finished(task) &&
        log.conflicts(last, machine.touched(task), machine.writes(task), 0);
      if (task === running || races) this.#priority[task] = lots.below(RANGE);
    }
  }
}
