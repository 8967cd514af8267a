import { CONTROL } from "#shared/atomic/control";
import { TASK, taskBlock } from "#shared/task";
import { door } from "./blocking.ts";

/** Worlds between two looks at how far the others are. */
export const BLOCK = 16;
/** Looks at a straggler before going on without it. */
const PATIENCE = 2_000;

/** A 32-bit mix of three numbers: the seeded choices of a sweep, the same for the same seed. */
export function mix(a: number, b: number, c: number): number {
  let h =
    Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^
    Math.imul(b + 0x7f4a7c15, 0xc2b2ae35) ^
    Math.imul(c + 1, 0x27d4eb2f);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  h ^= h >>> 12;
  return h >>> 0;
}

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

/** Waits a moment, by chance: mostly less than a path takes, now and then longer. */
export function jitter(random: number): void {
  const turns = (random & 63) === 0 ? (random >>> 6) & 1023 : (random >>> 6) & 31;
  for (let turn = 0; turn < turns; turn++) door.peek(CONTROL.RELAX);
}

/**
 * Says how far this task is and lets stragglers catch up, for a bounded time: tasks that drift apart visit the
 * same worlds but never together.
 */
export function keepPace(task: number, tasks: number, progress: number): void {
  door.publish(taskBlock(task) + TASK.PROGRESS, progress);
  for (let other = 0; other < tasks; other++) {
    const word = taskBlock(other) + TASK.PROGRESS;
    for (let looks = 0; looks < PATIENCE && ((door.observe(word) - progress) | 0) < 0; looks++);
  }
}
