import {
  type Addr,
  add,
  and,
  cpuRelax,
  milliseconds,
  or,
  peek,
  readOnce,
  type Step,
  spinLimit,
} from "../atomic/index.ts";
import { EINTR } from "../errno.ts";
import { POISON } from "../memory/poison.ts";
import { currentTask, TASK, TASK_STATE, taskBlock, WAIT_KIND } from "../task.ts";
import { report, reportAndAbandon } from "../violation.ts";
import { bypassMs, isStrict, pause, spinShape } from "./lock-policy.ts";
import {
  barge,
  FLAGS,
  HANDOFF,
  handOver,
  ownerOf,
  ownerTask,
  tryTake,
  WAITERS,
  WOKEN,
} from "./owner-word.ts";
import { park, parkTicket, signalPending, unpark, waitsFor, waitsForNothing } from "./park.ts";
import { rawSpinLock, rawSpinUnlock } from "./raw-spin.ts";
import { addWaiter, firstWaiter, removeWaiter } from "./waiters.ts";

// The contended half of mutex and of ww-mutex without a context. Offsets are those of `Mutex`; that struct is
// declared in mutex.ts, which imports this file, so they are written out here and a test compares them.
/** Offset of the wait lock behind the owner word. */
export const WAIT_LOCK = 1;
/** Offset of the waiter list behind the owner word. */
export const WAITER_LIST = 2;

/** For `cpuRelax`, which sleeps after some hundred turns of one loop: a spinner's own limit comes first. */
export const LOOKS_MASK = 255;

/**
 * Waits for the lock in turn; `seen` is its word as the fast path found it. 0, or EINTR.
 * @kernel kernel/locking/mutex.c: __mutex_lock_common()
 */
export function* lockSlow(lock: Addr, me: number, seen: number, interruptible: boolean): Step<number> {
  if (yield* barge(lock, me, seen)) return 0;
  if (yield* spinOnOwner(lock, me)) return 0;
  yield* rawSpinLock(lock + WAIT_LOCK);
  if (yield* tryTake(lock, me, false)) {
    yield* rawSpinUnlock(lock + WAIT_LOCK);
    return 0;
  }
  const waiter = currentTask() + 1;
  yield* addWaiter(lock + WAITER_LIST, waiter, 0);
  yield* or(lock, isStrict() ? WAITERS | HANDOFF : WAITERS);
  waitsFor(lock, WAIT_KIND.LOCK);
  let since = yield* firstSince(lock, waiter, 0);
  let error = 0;
  for (;;) {
    // The ticket comes before the last look at the lock: a wake-up between the two must not be lost.
    const ticket = yield* parkTicket();
    if (yield* tryTake(lock, me, passedByTooLong(since))) break;
    if (interruptible && (yield* signalPending())) {
      error = EINTR;
      break;
    }
    yield* rawSpinUnlock(lock + WAIT_LOCK);
    yield* park(ticket);
    yield* rawSpinLock(lock + WAIT_LOCK);
    yield* and(lock, ~WOKEN);
    since = yield* firstSince(lock, waiter, since);
  }
  yield* leaveQueue(lock, waiter);
  waitsForNothing();
  return error;
}

/**
 * When `waiter` came to be first, in milliseconds, or 0 while it is not. `before` is what this returned last: a waiter
 * is patient from when it is first, else those behind it would have the lock handed on and on.
 */
export function* firstSince(lock: Addr, waiter: number, before: number): Step<number> {
  if ((yield* firstWaiter(lock + WAITER_LIST)) !== waiter) return 0;
  return before > 0 ? before : milliseconds();
}

/** True once the first waiter, first since then, has been passed by for as long as the policy allows. */
export function passedByTooLong(since: number): boolean {
  return since > 0 && (isStrict() || milliseconds() - since >= bypassMs());
}

/** Takes `waiter` off the list and releases the wait lock. The last one to leave clears the flags. */
export function* leaveQueue(lock: Addr, waiter: number): Step<void> {
  yield* removeWaiter(lock + WAITER_LIST, waiter);
  if ((yield* firstWaiter(lock + WAITER_LIST)) === 0) yield* and(lock, ~FLAGS);
  yield* rawSpinUnlock(lock + WAIT_LOCK);
}

/**
 * Spins while the owner runs; true if the lock was got. A spinner that sees the owner asleep gives up, since
 * the hand-over will take a wake-up anyway. @kernel kernel/locking/mutex.c: mutex_optimistic_spin()
 */
export function* spinOnOwner(lock: Addr, me: number): Step<boolean> {
  if (spinLimit() === 0 || isStrict()) return false;
  const { looks, longest, pause: first } = spinShape();
  let between = first;
  for (let look = 0; look < looks; look++) {
    const owner = yield* readOnce(lock);
    if (owner === POISON) reportAndAbandon("use-after-free", lock, owner);
    if (ownerOf(owner) === 0) {
      if (yield* barge(lock, me, owner)) return true;
    } else if (peek(taskBlock(ownerTask(owner)) + TASK.STATE) === TASK_STATE.PARKED) {
      return false;
    }
    pause(between);
    between = Math.min(2 * between, longest);
    yield* cpuRelax(look & LOOKS_MASK);
  }
  return false;
}

/**
 * What an unlock does when the owner word was not simply `me` (with HAS_CONTEXT if it was taken so). `owner` is the word before `me` was taken off it.
 * Wakes the first waiter, or hands the lock over if that one asked for it; `wake` false is mutant lost-wakeup.
 * Reports `lock-misuse` if the caller did not hold it. @kernel kernel/locking/mutex.c: __mutex_unlock_slowpath()
 */
export function* unlockSlow(lock: Addr, me: number, owner: number, wake: boolean): Step<void> {
  if ((owner & ~FLAGS) !== me || owner === POISON) {
    yield* add(lock, me);
    if (owner === POISON) reportAndAbandon("use-after-free", lock, owner);
    report("lock-misuse", lock, owner, ownerTask(owner) + 1);
    return;
  }
  // The waiter that was woken takes WOKEN off before it looks at the lock, so it will see that this owner has gone.
  if (!wake || (owner & (WOKEN | HANDOFF)) === WOKEN) return;
  yield* rawSpinLock(lock + WAIT_LOCK);
  const first = yield* firstWaiter(lock + WAITER_LIST);
  // With HANDOFF set nobody but the first waiter can have taken the lock since.
  if ((owner & HANDOFF) !== 0) yield* handOver(lock, first);
  else if (first !== 0) yield* or(lock, WOKEN);
  yield* rawSpinUnlock(lock + WAIT_LOCK);
  if (first !== 0) yield* unpark(first - 1);
}
