import { type Addr, load, type Step, store } from "#shared/atomic/index";
import { parkTicket } from "#shared/sync/park";
import { rawSpinLock, rawSpinUnlock } from "#shared/sync/raw-spin";
import { finishWait, prepareToWait, sleepOn, WaitQueue, wakeUp } from "#shared/sync/wait-queue";
import { firstWaiter, removeWaiter } from "#shared/sync/waiters";
import { currentTask } from "#shared/task";

const { waitLock: WAIT_LOCK, waiters: LIST } = WaitQueue.at;
const HAPPENED = WaitQueue.size;

/** The ticket is drawn when the queue is left alone again: a wake-up in between is lost. */
export function prepareWithLateTicket(tickets: number[]): (queue: Addr) => Step<void> {
  return function* (queue) {
    yield* prepareToWait(queue);
    tickets[currentTask()] = yield* parkTicket();
  };
}

/** Takes waiters off and does not wake them. */
export function* wakeUpThatOnlyUnlinks(queue: Addr): Step<number> {
  yield* rawSpinLock(queue + WAIT_LOCK);
  const first = yield* firstWaiter(queue + LIST);
  if (first !== 0) yield* removeWaiter(queue + LIST, first);
  yield* rawSpinUnlock(queue + WAIT_LOCK);
  return first === 0 ? 0 : 1;
}

/** Looks at the condition before it joins the queue. */
export function* awaitThatLooksFirst(queue: Addr): Step<void> {
  while ((yield* load(queue + HAPPENED)) === 0) {
    const ticket = yield* prepareToWait(queue);
    yield* sleepOn(queue, ticket);
    yield* finishWait(queue);
  }
}

/** Wakes, and makes the condition true when that is done. */
export function* happenAfterWaking(queue: Addr): Step<void> {
  yield* wakeUp(queue, 9);
  yield* store(queue + HAPPENED, 1);
}
