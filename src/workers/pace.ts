import { CONTROL } from "#shared/atomic/control";
import type { Addr } from "#shared/atomic/index";
import { TASK, taskBlock } from "#shared/task";
import { door } from "./blocking.ts";

/** Worlds that a task orders for itself; all tasks go through the blocks in the same order. */
export const BLOCK = 16;

/**
 * The world that this task visits at `step` of a block: its own order, one of three kinds by chance. Forward
 * meets the others head-on in each world, backward meets them once, scattered meets them anywhere.
 */
export function worldAt(choice: number, step: number): number {
  const kind = choice & 7;
  if (kind < 5) return step;
  if (kind === 5) return BLOCK - 1 - step;
  return (step * ((choice >>> 3) | 1) + (choice >>> 8)) & (BLOCK - 1);
}

/** Waits a moment, by chance: half of the time less than a lock takes, half of the time up to a path's length. */
export function jitter(random: number): void {
  const turns = (random & 1) === 0 ? (random >>> 1) & 31 : (random >>> 1) & 1023;
  for (let turn = 0; turn < turns; turn++) door.peek(CONTROL.RELAX);
}

/** Looks at a straggler before going on without it; and when it was not there the last time either. */
const PATIENCE = 2_000;
const LEAST_PATIENCE = 8;

/**
 * Keeps the tasks of a sweep together: tasks that drift apart visit the same worlds but never at the same time.
 * A task says how many worlds it has been in and waits, for a bounded time, for those behind. A straggler that
 * does not come (the machine has taken its core away) is waited for less and less, until it is back.
 */
export class Pace {
  readonly #own: Addr;
  readonly #others: readonly Addr[];
  #patience = PATIENCE;

  constructor(task: number, tasks: number) {
    const words = Array.from({ length: tasks }, (_, index) => taskBlock(index) + TASK.PROGRESS);
    this.#own = taskBlock(task) + TASK.PROGRESS;
    this.#others = words.filter((word) => word !== this.#own);
  }

  /** This task is about to enter its world number `progress` (of all batches, wrapping). */
  keep(progress: number): void {
    door.poke(this.#own, progress);
    for (const word of this.#others) {
      let looks = this.#patience;
      while (((door.observe(word) - progress) | 0) < 0 && looks > 0) looks--;
      this.#patience = looks > 0 ? PATIENCE : Math.max(LEAST_PATIENCE, this.#patience >> 1);
    }
  }
}
