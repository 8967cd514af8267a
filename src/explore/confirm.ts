import type { Machine } from "./machine.ts";

/**
 * True if a cycle of waits still stands when all other tasks have run as far as they can, or have taken `steps` steps:
 * a wound or a signal of theirs could have broken it. The machine is left somewhere else.
 */
export function confirmCycle(machine: Machine, cycle: readonly number[], steps: number): boolean {
  let taken = 0;
  for (let task = 0; task < machine.tasks; task++) {
    while (machine.enabled(task) && taken < steps) {
      machine.step(task);
      taken++;
    }
    // Whoever ran may have let an earlier one go on.
    if (taken < steps && anyEnabledBefore(machine, task)) task = -1;
  }
  return cycle.every((task) => !machine.finished(task) && !machine.enabled(task));
}

function anyEnabledBefore(machine: Machine, end: number): boolean {
  for (let task = 0; task < end; task++) if (machine.enabled(task)) return true;
  return false;
}
