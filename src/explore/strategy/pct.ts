import type { EventLog } from "../event-log.ts";
import type { Machine } from "../machine.ts";
import type { Lots, Picker } from "./sampling.ts";

/**
 * Probabilistic concurrency testing: tasks run by random priorities, and at depth - 1 random steps the running task
 * falls behind all others. A bug of depth d that can happen in n tasks of k steps altogether is met by one execution
 * with a probability of at least 1 / (n * k^(d - 1)). Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010.
 */
export class PctPicker implements Picker {
  readonly #depth: number;
  readonly #steps: number;
  readonly #priority: Int32Array;
  readonly #changes: number[] = [];

  /** `depth` from 1; `steps`: those of one execution altogether, as far as known. */
  constructor(tasks: number, depth: number, steps: number) {
    this.#depth = depth;
    this.#steps = Math.max(1, steps);
    this.#priority = new Int32Array(tasks);
  }

  begin(lots: Lots): void {
    const tasks = this.#priority.length;
    // Above the depth - 1 priorities that tasks fall to: a random order.
    for (let task = 0; task < tasks; task++) {
      const place = lots.below(task + 1);
      this.#priority[task] = this.#priority[place]!;
      this.#priority[place] = this.#depth + task;
    }
    this.#changes.length = 0;
    for (let change = 1; change < this.#depth; change++) this.#changes.push(lots.below(this.#steps));
  }

  pick(machine: Machine, log: EventLog, running: number): number {
    if (running >= 0) {
      for (const [change, step] of this.#changes.entries())
        if (step === log.length - 1) this.#priority[running] = this.#depth - 1 - change;
    }
    let chosen = -1;
    for (let task = 0; task < machine.tasks; task++) {
      if (!machine.enabled(task)) continue;
      if (chosen < 0 || this.#priority[task]! > this.#priority[chosen]!) chosen = task;
    }
    return chosen;
  }
}

/** The least probability that one execution meets a bug of `depth`. */
export function pctProbability(tasks: number, depth: number, steps: number): number {
  return 1 / (tasks * Math.max(1, steps) ** (depth - 1));
}
