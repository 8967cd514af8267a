import {
  type Addr,
  enterPrimitive,
  leavePrimitive,
  read,
  readOnce,
  type Step,
  write,
  writeOnce,
} from "../atomic/index.ts";
import { EINTR } from "../errno.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { currentTask, TASK, taskBlock, WAIT_KIND } from "../task.ts";
import { mightSleep } from "./might-sleep.ts";
import { park, parkTicket, signalPending, unpark, waitsFor, waitsForNothing } from "./park.ts";
import { rawSpinLock, rawSpinUnlock } from "./raw-spin.ts";
import { addWaiter, firstWaiter, removeWaiter, WaitList } from "./waiters.ts";

/** "This has happened": counts completions, waiters take one each, in turn. @kernel kernel/sched/completion.c */
export const Completion: Layout<"done" | "waitLock" | "waiters"> = struct("completion", {
  done: "plain",
  waitLock: "atomic",
  waiters: WaitList,
});

const { done: DONE, waitLock: WAIT_LOCK, waiters: LIST } = Completion.at;

/** `done` after `completeAll`: stays whatever is taken. @kernel kernel/sched/completion.c: UINT_MAX */
export const DONE_FOR_ALL = 0x7fffffff;
const QUEUED = 1;
const WOKEN = 0;

/** One more completion: wakes the first waiter. @kernel kernel/sched/completion.c: complete() */
export function* complete(completion: Addr): Step<void> {
  enterPrimitive(completion, 0);
  yield* rawSpinLock(completion + WAIT_LOCK);
  const done = yield* read(completion + DONE);
  if (done !== DONE_FOR_ALL) yield* write(completion + DONE, done + 1);
  const first = yield* firstWaiter(completion + LIST);
  if (first !== 0) yield* wake(completion, first);
  yield* rawSpinUnlock(completion + WAIT_LOCK);
  leavePrimitive();
}

/** Completed for good: wakes all, and nobody waits again until `reinitCompletion`. @kernel kernel/sched/completion.c: complete_all() */
export function* completeAll(completion: Addr): Step<void> {
  enterPrimitive(completion, 0);
  yield* rawSpinLock(completion + WAIT_LOCK);
  yield* write(completion + DONE, DONE_FOR_ALL);
  for (let w = yield* firstWaiter(completion + LIST); w !== 0; w = yield* firstWaiter(completion + LIST)) {
    yield* wake(completion, w);
  }
  yield* rawSpinUnlock(completion + WAIT_LOCK);
  leavePrimitive();
}

/** Waits for a completion and takes it. @kernel kernel/sched/completion.c: wait_for_completion() */
export function* waitForCompletion(completion: Addr): Step<void> {
  enterPrimitive(completion, 0);
  yield* waitCommon(completion, false);
  leavePrimitive();
}

/** Like `waitForCompletion`, 0 or EINTR. @kernel kernel/sched/completion.c: wait_for_completion_interruptible() */
export function* waitForCompletionInterruptible(completion: Addr): Step<number> {
  enterPrimitive(completion, 0);
  const result = yield* waitCommon(completion, true);
  leavePrimitive();
  return result;
}

/** Takes a completion if there is one; true if it did. @kernel kernel/sched/completion.c: try_wait_for_completion() */
export function* tryWaitForCompletion(completion: Addr): Step<boolean> {
  enterPrimitive(completion, 0);
  yield* rawSpinLock(completion + WAIT_LOCK);
  const taken = yield* take(completion);
  yield* rawSpinUnlock(completion + WAIT_LOCK);
  leavePrimitive();
  return taken;
}

/** True if a wait would not sleep. @kernel kernel/sched/completion.c: completion_done() */
export function* completionDone(completion: Addr): Step<boolean> {
  enterPrimitive(completion, 0);
  yield* rawSpinLock(completion + WAIT_LOCK);
  const done = yield* read(completion + DONE);
  yield* rawSpinUnlock(completion + WAIT_LOCK);
  const result = done !== 0;
  leavePrimitive();
  return result;
}

/** Forgets all completions. @kernel include/linux/completion.h: reinit_completion() */
export function* reinitCompletion(completion: Addr): Step<void> {
  enterPrimitive(completion, 0);
  yield* rawSpinLock(completion + WAIT_LOCK);
  yield* write(completion + DONE, 0);
  yield* rawSpinUnlock(completion + WAIT_LOCK);
  leavePrimitive();
}

function* take(completion: Addr): Step<boolean> {
  const done = yield* read(completion + DONE);
  if (done === 0) return false;
  if (done !== DONE_FOR_ALL) yield* write(completion + DONE, done - 1);
  return true;
}

function* wake(completion: Addr, waiter: number): Step<void> {
  yield* removeWaiter(completion + LIST, waiter);
  yield* writeOnce(taskBlock(waiter - 1) + TASK.WAITER_MODE, WOKEN);
  yield* unpark(waiter - 1);
}

function* waitCommon(completion: Addr, interruptible: boolean): Step<number> {
  mightSleep(completion);
  const me = currentTask() + 1;
  const mode = taskBlock(me - 1) + TASK.WAITER_MODE;
  yield* rawSpinLock(completion + WAIT_LOCK);
  let error = 0;
  let queued = false;
  while (!(yield* take(completion))) {
    if (interruptible && (yield* signalPending())) {
      error = EINTR;
      break;
    }
    // Somebody else may have taken what this task was woken for: then it queues again.
    if (!queued) {
      yield* writeOnce(mode, QUEUED);
      yield* addWaiter(completion + LIST, me, 0);
      waitsFor(completion, WAIT_KIND.EVENT);
    }
    const ticket = yield* parkTicket();
    yield* rawSpinUnlock(completion + WAIT_LOCK);
    yield* park(ticket);
    yield* rawSpinLock(completion + WAIT_LOCK);
    queued = (yield* readOnce(mode)) === QUEUED;
  }
  if (queued) yield* removeWaiter(completion + LIST, me);
  yield* rawSpinUnlock(completion + WAIT_LOCK);
  waitsForNothing();
  return error;
}
