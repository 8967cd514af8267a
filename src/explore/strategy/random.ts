import type { EventLog } from "../event-log.ts";
import type { Machine } from "../machine.ts";
import type { Lots, Picker } from "./sampling.ts";

/** Uniform: each step goes to any task that can take one. */
export class RandomPicker implements Picker {
  begin(): void {}

  pick(machine: Machine, _log: EventLog, _running: number, lots: Lots): number {
    const { tasks } = machine;
    let able = 0;
    let last = -1;
    for (let task = 0; task < tasks; task++) {
      if (!machine.enabled(task)) continue;
      able++;
      last = task;
    }
    if (able <= 1) return last;
    let chosen = lots.below(able);
    for (let task = 0; task < tasks; task++) if (machine.enabled(task) && chosen-- === 0) return task;
    return -1;
  }
}
