import {
  type Addr,
  enterPrimitive,
  leavePrimitive,
  readOnce,
  type Step,
  writeOnce,
} from "../atomic/index.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { currentTask, TASK, taskBlock, WAIT_KIND } from "../task.ts";
import { mightSleep } from "./might-sleep.ts";
import { park, parkTicket, unpark, waitsFor, waitsForNothing } from "./park.ts";
import { rawSpinLock, rawSpinUnlock } from "./raw-spin.ts";
import { addWaiter, firstWaiter, removeWaiter, WaitList } from "./waiters.ts";

/**
 * Tasks that wait for a condition. The shape of a wait is the kernel's:
 * `ticket = prepareToWait(q); if (!condition) sleepOn(ticket); finishWait(q);` in a loop, the condition checked
 * after `prepareToWait`, so that a wake-up in between is not lost. @kernel kernel/sched/wait.c
 */
export const WaitQueue: Layout<"waitLock" | "waiters"> = struct("wait_queue_head", {
  waitLock: "atomic",
  waiters: WaitList,
});

const { waitLock: WAIT_LOCK, waiters: LIST } = WaitQueue.at;
const QUEUED = 1;
const WOKEN = 0;

/** Joins the queue; returns the ticket for `sleepOn`. Check the condition next. @kernel kernel/sched/wait.c: prepare_to_wait() */
export function* prepareToWait(queue: Addr): Step<number> {
  enterPrimitive(queue, 0);
  const me = currentTask() + 1;
  yield* rawSpinLock(queue + WAIT_LOCK);
  yield* writeOnce(taskBlock(me - 1) + TASK.WAITER_MODE, QUEUED);
  yield* addWaiter(queue + LIST, me, 0);
  const ticket = yield* parkTicket();
  yield* rawSpinUnlock(queue + WAIT_LOCK);
  const result = ticket;
  leavePrimitive();
  return result;
}

/** Sleeps until woken, unless a wake-up came since the ticket was given. */
export function* sleepOn(queue: Addr, ticket: number): Step<void> {
  mightSleep(queue);
  enterPrimitive(queue, 0);
  waitsFor(queue, WAIT_KIND.EVENT);
  yield* park(ticket);
  waitsForNothing();
  leavePrimitive();
}

/** Leaves the queue, woken or not. @kernel kernel/sched/wait.c: finish_wait() */
export function* finishWait(queue: Addr): Step<void> {
  enterPrimitive(queue, 0);
  const me = currentTask() + 1;
  yield* rawSpinLock(queue + WAIT_LOCK);
  const queued = (yield* readOnce(taskBlock(me - 1) + TASK.WAITER_MODE)) === QUEUED;
  if (queued) yield* removeWaiter(queue + LIST, me);
  yield* rawSpinUnlock(queue + WAIT_LOCK);
  leavePrimitive();
}

/** Wakes up to `count` waiters, first come first served; returns how many. @kernel kernel/sched/wait.c: __wake_up() */
export function* wakeUp(queue: Addr, count: number): Step<number> {
  enterPrimitive(queue, 0);
  let woken = 0;
  yield* rawSpinLock(queue + WAIT_LOCK);
  while (woken < count) {
    const first = yield* firstWaiter(queue + LIST);
    if (first === 0) break;
    yield* removeWaiter(queue + LIST, first);
    yield* writeOnce(taskBlock(first - 1) + TASK.WAITER_MODE, WOKEN);
    yield* unpark(first - 1);
    woken++;
  }
  yield* rawSpinUnlock(queue + WAIT_LOCK);
  const result = woken;
  leavePrimitive();
  return result;
}
