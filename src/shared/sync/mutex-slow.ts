import { type Addr, add, and, milliseconds, or, peek, poke, type Step } from "../atomic/index.ts";
import { EINTR } from "../errno.ts";
import { POISON } from "../memory/poison.ts";
import { contended } from "../recorder/index.ts";
import { countFor, STAT } from "../stats.ts";
import { currentBlock, currentTask, TASK, WAIT_KIND } from "../task.ts";
import { report, reportAndAbandon } from "../violation.ts";
import { giveTime, isAhead } from "./fair-share.ts";
import { bypassMs, isStrict } from "./lock-policy.ts";
import {
  barge,
  ELDERS,
  FLAGS,
  HANDOFF,
  HAS_CONTEXT,
  handOver,
  ownerTask,
  tryTake,
  WAITERS,
  WOKEN,
} from "./owner-word.ts";
import { park, parkTicket, signalPending, unpark, waitsFor, waitsForNothing } from "./park.ts";
import { rawSpinLock, rawSpinUnlock } from "./raw-spin.ts";
import { spinOnOwner } from "./spin-on-owner.ts";
import { addWaiter, firstWaiter, removeWaiter } from "./waiters.ts";

// The contended half of mutex and of ww-mutex without a context. Offsets are those of `Mutex`; that struct is
// declared in mutex.ts, which imports this file, so they are written out here and a test compares them.
/** Offset of the wait lock behind the owner word. */
export const WAIT_LOCK = 1;
/** Offset of the waiter list behind the owner word. */
export const WAITER_LIST = 2;

const PASSES_A_LOOK = 256;

/** Only a waiter whose context holds locks wounds, and only a holder in a context. */
const MAY_WOUND = HAS_CONTEXT | ELDERS;

/**
 * Waits for the lock in turn; `seen` is its word as the fast path found it. 0, or EINTR.
 * @kernel kernel/locking/mutex.c: __mutex_lock_common()
 */
export function* lockSlow(lock: Addr, me: number, seen: number, interruptible: boolean): Step<number> {
  if (yield* barge(lock, me, seen)) return 0;
  beginsToWait(lock);
  if (isAhead(lock)) giveTime();
  if (yield* spinOnOwner(lock, me, seen, WAITERS)) return 0;
  yield* rawSpinLock(lock + WAIT_LOCK);
  if (yield* tryTake(lock, me, false)) {
    yield* rawSpinUnlock(lock + WAIT_LOCK);
    return 0;
  }
  const waiter = currentTask() + 1;
  yield* addWaiter(lock + WAITER_LIST, waiter, 0);
  yield* or(lock, isStrict() ? WAITERS | HANDOFF : WAITERS);
  countFor(STAT.LOCK_WAITS, 1);
  waitsFor(lock, WAIT_KIND.LOCK);
  // Whoever has only just come asks for no hand-over yet.
  let since = isStrict() ? yield* firstSince(lock, waiter, 0) : 0;
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

/** This task is about to wait: what it passes by from when it next has a lock is counted anew. */
export function beginsToWait(lock: Addr): void {
  countFor(STAT.CONTENDED, 1);
  contended(lock);
  poke(currentBlock() + TASK.PASSED_LOCK, 0);
}

/**
 * True once this task has passed a woken waiter of `lock` by for as long as the policy allows. A waiter that was woken but
 * gets no core, because this very task has it, cannot ask for the lock: only handing it over makes this task sleep. The
 * clock costs more than a lock, so one pass in `PASSES_A_LOOK` looks at it.
 */
function passesTooLong(lock: Addr): boolean {
  const block = currentBlock();
  const again = peek(block + TASK.PASSED_LOCK) === lock;
  const passes = again ? peek(block + TASK.PASSES) + 1 : 0;
  poke(block + TASK.PASSES, passes);
  if (passes % PASSES_A_LOOK !== 0) return false;
  const now = Math.floor(milliseconds() * 16) | 0;
  if (!again) {
    poke(block + TASK.PASSED_LOCK, lock);
    poke(block + TASK.PASSING_SINCE, now);
  }
  return ((now - peek(block + TASK.PASSING_SINCE)) | 0) >= bypassMs() * 16;
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
  if ((owner & WAITERS) === 0) return;
  // The waiter that was woken takes WOKEN off before it looks at the lock, so it will see that this owner has gone.
  const isAwake = (owner & (WOKEN | HANDOFF)) === WOKEN;
  if (!wake) return;
  if (isAwake && !passesTooLong(lock)) {
    // A waiter that still looks at this owner's context may wound it: not once it is at work on something else.
    if ((owner & MAY_WOUND) !== MAY_WOUND) return;
    yield* rawSpinLock(lock + WAIT_LOCK);
    yield* rawSpinUnlock(lock + WAIT_LOCK);
    return;
  }
  yield* rawSpinLock(lock + WAIT_LOCK);
  const first = yield* firstWaiter(lock + WAITER_LIST);
  // With HANDOFF set nobody but the first waiter can have taken the lock since.
  if (isAwake || (owner & HANDOFF) !== 0) yield* handOver(lock, first);
  else if (first !== 0) yield* or(lock, WOKEN);
  yield* rawSpinUnlock(lock + WAIT_LOCK);
  if (first !== 0) yield* unpark(first - 1);
}
