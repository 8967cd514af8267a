import { CONTROL } from "#shared/atomic/index";
import { placeRecorder } from "#shared/recorder/index";
import { VIOLATION } from "#shared/violation";
import { RING_STRIDE } from "./arena-map.ts";
import { door } from "./blocking.ts";
import { BLOCK, worldAt } from "./pace.ts";
import type { TaskOrder } from "./protocol.ts";

/**
 * Keeps what a task did in the world of the first violation. A ring holds the events of some fifty worlds, so from
 * there on the task records elsewhere: once it has been in that world, and at the end of the batch at the latest.
 */
export class Evidence {
  readonly #order: TaskOrder;
  #kept = false;

  constructor(order: TaskOrder) {
    this.#order = order;
  }

  /** Called when the task has left a world: the one at `step` of a block that it sweeps in the order of `choice`. */
  leftWorld(block: number, step: number, choice: number): void {
    if (this.#kept || door.peek(CONTROL.VIOLATIONS) === 0) return;
    const entry = this.#order.map.violations;
    // The kind is written last: before that the entry says nothing.
    if (door.observe(entry + VIOLATION.KIND) === 0) return;
    const world = door.peek(entry + VIOLATION.WORLD);
    const behind = world - block;
    if (behind >= BLOCK) return;
    if (behind >= 0 && !hasVisited(behind, step, choice)) return;
    this.#keep();
  }

  /** Called at the end of a batch. */
  leftBatch(): void {
    if (!this.#kept && door.peek(CONTROL.VIOLATIONS) !== 0) this.#keep();
  }

  #keep(): void {
    this.#kept = true;
    const { map, task } = this.#order;
    if (map.spareRings > map.rings) placeRecorder(map.spareRings + task * RING_STRIDE);
  }
}

function hasVisited(world: number, step: number, choice: number): boolean {
  for (let at = 0; at <= step; at++) if (worldAt(choice, at) === world) return true;
  return false;
}
