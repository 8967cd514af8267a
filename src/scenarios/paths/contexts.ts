import type { Addr, Step } from "#shared/atomic/index";
import { allocateWords } from "#shared/memory/object";
import { currentTask } from "#shared/task";

/** Words between two contexts: tasks must not share a line. */
const STRIDE = 32;

/** Words that a table of acquire contexts, one a task, needs. */
export function contextTableWords(tasks: number): number {
  return (tasks + 1) * STRIDE + 16;
}

/** Room for an acquire context a task. */
export function* contextTable(heap: Addr, tasks: number): Step<Addr> {
  const words = yield* allocateWords(heap, 0, (tasks + 1) * STRIDE);
  return (words + STRIDE - 1) & -STRIDE;
}

/** The context of the current task. */
export function contextOf(table: Addr): Addr {
  return table + currentTask() * STRIDE;
}
