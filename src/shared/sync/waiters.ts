import { type Addr, read, type Step, write } from "../atomic/index.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { TASK, taskBlock } from "../task.ts";

/**
 * A list of waiting tasks, oldest first. Each task has one waiter node in its own block, since it waits on one
 * list at a time; links are task id plus 1, 0 ends. Every function needs the list's own lock held.
 */
export const WaitList: Layout<"head" | "tail"> = struct("wait_list", { head: "plain", tail: "plain" });

/** First waiter (task id plus 1), or 0. */
export function* firstWaiter(list: Addr): Step<number> {
  return yield* read(list + WaitList.at.head);
}

/** Last waiter (task id plus 1), or 0. */
export function* lastWaiter(list: Addr): Step<number> {
  return yield* read(list + WaitList.at.tail);
}

/** The waiter behind `waiter`, or 0. */
export function* nextWaiter(waiter: number): Step<number> {
  return yield* read(taskBlock(waiter - 1) + TASK.WAITER_NEXT);
}

/** The waiter in front of `waiter`, or 0. */
export function* previousWaiter(waiter: number): Step<number> {
  return yield* read(taskBlock(waiter - 1) + TASK.WAITER_PREVIOUS);
}

/** Inserts `waiter` in front of `before`, or at the tail if that is 0. */
export function* addWaiter(list: Addr, waiter: number, before: number): Step<void> {
  const previous = before === 0 ? yield* lastWaiter(list) : yield* previousWaiter(before);
  yield* write(taskBlock(waiter - 1) + TASK.WAITER_NEXT, before);
  yield* write(taskBlock(waiter - 1) + TASK.WAITER_PREVIOUS, previous);
  if (previous === 0) yield* write(list + WaitList.at.head, waiter);
  else yield* write(taskBlock(previous - 1) + TASK.WAITER_NEXT, waiter);
  if (before === 0) yield* write(list + WaitList.at.tail, waiter);
  else yield* write(taskBlock(before - 1) + TASK.WAITER_PREVIOUS, waiter);
}

/** Takes `waiter` off the list; it is on it. */
export function* removeWaiter(list: Addr, waiter: number): Step<void> {
  const next = yield* nextWaiter(waiter);
  const previous = yield* previousWaiter(waiter);
  if (previous === 0) yield* write(list + WaitList.at.head, next);
  else yield* write(taskBlock(previous - 1) + TASK.WAITER_NEXT, next);
  if (next === 0) yield* write(list + WaitList.at.tail, previous);
  else yield* write(taskBlock(next - 1) + TASK.WAITER_PREVIOUS, previous);
}
