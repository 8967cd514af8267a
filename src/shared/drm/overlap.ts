import { type Addr, observe, peek, poke } from "../atomic/index.ts";
import { currentBlock, currentTask, TASK, taskBlock, taskCount } from "../task.ts";

// Whether a race was one: a free overlaps if another task was at work on the same object while it ran. Each
// task names the object it works on by one bare store in its own line; a free looks at the others' lines.

/** This task works on `object` from here on (0: on none). Returns what it worked on before. */
export function worksOn(object: Addr): Addr {
  const block = currentBlock();
  const before = peek(block + TASK.OBJECT);
  poke(block + TASK.OBJECT, object);
  return before;
}

/** How many other tasks are at work on `object` right now. */
export function othersInside(object: Addr): number {
  const me = currentTask();
  let inside = 0;
  for (let task = 0; task < taskCount(); task++) {
    if (task !== me && observe(taskBlock(task) + TASK.OBJECT) === object) inside++;
  }
  return inside;
}

/** True if another task is at work on `object`, which this task has just freed. */
export function leftBehind(object: Addr): boolean {
  return othersInside(object) > 0;
}
