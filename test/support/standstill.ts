import { look } from "#shared/atomic/coordinator";
import { TASK, TASK_STATE, taskBlock } from "#shared/task";
import type { World } from "./arena.ts";

/**
 * Tells that threads will never go on, without guessing from time: every task that has not finished is asleep,
 * and nobody has woken it since it went to sleep. If two looks agree, all of them were asleep at once in between,
 * and sleepers are only woken by each other.
 */
export class Standstill {
  readonly #world: World;
  #before = "";

  constructor(world: World) {
    this.#world = world;
  }

  /** True if nothing can happen any more. */
  look(): boolean {
    const now = this.#picture();
    const still = now !== "" && now === this.#before;
    this.#before = now;
    return still;
  }

  /** The park words of the sleepers, or nothing if somebody is awake. */
  #picture(): string {
    const { words, tasks } = this.#world;
    const tickets: number[] = [];
    for (let task = 0; task < tasks; task++) {
      const block = taskBlock(task);
      const state = look(words, block + TASK.STATE);
      if (state === TASK_STATE.FINISHED) continue;
      const ticket = look(words, block + TASK.PARK);
      if (state !== TASK_STATE.PARKED || ticket !== look(words, block + TASK.TICKET)) return "";
      tickets.push(task, ticket, look(words, block + TASK.WAIT_SEQUENCE));
    }
    return tickets.length === 0 ? "" : tickets.join();
  }
}
