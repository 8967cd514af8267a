import { type Addr, load, type Step, store, writeOnce } from "#shared/atomic/index";
import { Completion } from "#shared/sync/completion";
import { park, parkTicket, unpark } from "#shared/sync/park";
import { rawSpinLock, rawSpinUnlock } from "#shared/sync/raw-spin";
import { addWaiter, firstWaiter, removeWaiter } from "#shared/sync/waiters";
import { currentTask, TASK, taskBlock } from "#shared/task";
import { loadThenStore } from "./two-steps.ts";

const { done: DONE, waitLock: WAIT_LOCK, waiters: LIST } = Completion.at;

function* wakeFirst(completion: Addr): Step<void> {
  yield* rawSpinLock(completion + WAIT_LOCK);
  const first = yield* firstWaiter(completion + LIST);
  if (first !== 0) {
    yield* removeWaiter(completion + LIST, first);
    yield* writeOnce(taskBlock(first - 1) + TASK.WAITER_MODE, 0);
    yield* unpark(first - 1);
  }
  yield* rawSpinUnlock(completion + WAIT_LOCK);
}

/** Counts outside the wait lock, by a load and a store. */
export function* completeInTwoSteps(completion: Addr): Step<void> {
  yield* loadThenStore(completion + DONE, 1);
  yield* wakeFirst(completion);
}

/** Counts and wakes nobody. */
export function* completeWithoutWake(completion: Addr): Step<void> {
  yield* rawSpinLock(completion + WAIT_LOCK);
  yield* loadThenStore(completion + DONE, 1);
  yield* rawSpinUnlock(completion + WAIT_LOCK);
}

/** Completed for all, and wakes one. */
export function* completeAllThatWakesOne(completion: Addr): Step<void> {
  yield* store(completion + DONE, 0x7fffffff);
  yield* wakeFirst(completion);
}

/** Takes what it saw before it had the wait lock. */
export function* tryOutsideTheLock(completion: Addr): Step<boolean> {
  const done = yield* load(completion + DONE);
  if (done === 0) return false;
  yield* rawSpinLock(completion + WAIT_LOCK);
  yield* store(completion + DONE, done - 1);
  yield* rawSpinUnlock(completion + WAIT_LOCK);
  return true;
}

/** Looks, and joins the queue later: a completion in between wakes nobody. */
export function* waitThatQueuesLate(completion: Addr): Step<void> {
  const me = currentTask() + 1;
  const seen = yield* load(completion + DONE);
  yield* rawSpinLock(completion + WAIT_LOCK);
  if (seen === 0) {
    yield* addWaiter(completion + LIST, me, 0);
    const ticket = yield* parkTicket();
    yield* rawSpinUnlock(completion + WAIT_LOCK);
    yield* park(ticket);
    yield* rawSpinLock(completion + WAIT_LOCK);
  }
  yield* loadThenStore(completion + DONE, -1);
  yield* rawSpinUnlock(completion + WAIT_LOCK);
}
