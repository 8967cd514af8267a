import { type Addr, add, or, type Step } from "#shared/atomic/index";
import { EINTR } from "#shared/errno";
import { Mutex } from "#shared/sync/mutex";
import { leaveQueue, lockSlow, unlockSlow } from "#shared/sync/mutex-slow";
import { tryTake, WAITERS } from "#shared/sync/owner-word";
import { park, parkTicket, signalPending } from "#shared/sync/park";
import { rawSpinLock, rawSpinUnlock } from "#shared/sync/raw-spin";
import { addWaiter } from "#shared/sync/waiters";
import { currentOwnerWord, currentTask } from "#shared/task";
import { loadThenStore, testThenSet } from "./two-steps.ts";

const { waitLock: WAIT_LOCK, waiters: WAITER_LIST } = Mutex.at;

/** Finds the lock free, then takes it. */
export function* lockThatTestsThenSets(lock: Addr): Step<void> {
  const me = currentOwnerWord();
  const seen = yield* testThenSet(lock, 0, me);
  if (seen !== 0) yield* lockSlow(lock, me, seen, false);
}

/** Looks at the owner word, then clears the owner in it: a flag set in between is lost. */
export function* unlockInTwoSteps(lock: Addr): Step<void> {
  const me = currentOwnerWord();
  const owner = yield* loadThenStore(lock, -me);
  if (owner !== me) yield* unlockSlow(lock, me, owner, true);
}

/** Leaves the queue asleep. */
export function* unlockWithoutWake(lock: Addr): Step<void> {
  const me = currentOwnerWord();
  const owner = yield* add(lock, -me);
  if (owner !== me) yield* unlockSlow(lock, me, owner, false);
}

/** Queues and waits as the right one does, but for the order of what it looks at. */
function* waitWrongly(lock: Addr, turn: (me: number) => Step<"taken" | "left" | number>): Step<number> {
  const me = currentOwnerWord();
  if (yield* tryTake(lock, me, false)) return 0;
  const waiter = currentTask() + 1;
  yield* rawSpinLock(lock + WAIT_LOCK);
  yield* addWaiter(lock + WAITER_LIST, waiter, 0);
  yield* or(lock, WAITERS);
  let got = yield* turn(me);
  while (typeof got === "number") {
    yield* rawSpinUnlock(lock + WAIT_LOCK);
    yield* park(got < 0 ? yield* parkTicket() : got);
    yield* rawSpinLock(lock + WAIT_LOCK);
    got = yield* turn(me);
  }
  yield* leaveQueue(lock, waiter);
  return got === "taken" ? 0 : EINTR;
}

/** Takes its ticket when it has left the wait lock: a wake-up after the last look is lost. */
export function* lockWithLateTicket(lock: Addr): Step<void> {
  yield* waitWrongly(lock, function* (me) {
    return (yield* tryTake(lock, me, false)) ? "taken" : -1;
  });
}

/** Looks for a signal first, so it walks away from a lock that was handed to it. */
export function* lockThatAbandonsAHandover(lock: Addr): Step<number> {
  return yield* waitWrongly(lock, function* (me) {
    const ticket = yield* parkTicket();
    if (yield* signalPending()) return "left";
    return (yield* tryTake(lock, me, true)) ? "taken" : ticket;
  });
}
