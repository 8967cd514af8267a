import {
  type Addr,
  and,
  load,
  or,
  peek,
  poke,
  readOnce,
  type Step,
  write,
  writeOnce,
} from "../atomic/index.ts";
import { EALREADY, EDEADLK, EINTR } from "../errno.ts";
import { EVENT, record } from "../recorder/index.ts";
import { countFor, STAT } from "../stats.ts";
import { currentBlock, currentTask, TASK, WAIT_KIND } from "../task.ts";
import { giveTime, isAhead } from "./fair-share.ts";
import { isStrict } from "./lock-policy.ts";
import {
  beginsToWait,
  firstSince,
  leaveQueue,
  passedByTooLong,
  WAIT_LOCK,
  WAITER_LIST,
} from "./mutex-slow.ts";
import { ELDERS, HANDOFF, HAS_CONTEXT, tryTake, WAITERS, WOKEN } from "./owner-word.ts";
import { park, parkTicket, signalPending, waitsFor, waitsForNothing } from "./park.ts";
import { rawSpinLock, rawSpinUnlock } from "./raw-spin.ts";
import { spinOnOwner } from "./spin-on-owner.ts";
import { firstWaiter } from "./waiters.ts";
import { WwClass, WwContext } from "./ww-context.ts";
import { checkKill, checkWaiters, enqueueByAge, HOLDER_CONTEXT, woundHolder } from "./ww-rules.ts";

/** Tells waiters of this lock about its new holder's context. */
export function* wwTellWaiters(lock: Addr, ctx: Addr): Step<void> {
  yield* rawSpinLock(lock + WAIT_LOCK);
  yield* checkWaiters(lock, ctx);
  yield* rawSpinUnlock(lock + WAIT_LOCK);
}

function* setContext(lock: Addr, ctx: Addr): Step<void> {
  yield* writeOnce(ctx + WwContext.at.acquired, peek(ctx + WwContext.at.acquired) + 1);
  yield* writeOnce(lock + HOLDER_CONTEXT, ctx);
}

/**
 * The contended half of a lock in a context. 0, EALREADY, EDEADLK or EINTR; on an error the lock is not held
 * and everything else the context holds still is. `me` is the owner word with HAS_CONTEXT, `seen` the
 * lock's as the fast path found it. @kernel kernel/locking/mutex.c: __mutex_lock_common()
 */
export function* wwLockSlow(
  lock: Addr,
  ctx: Addr,
  me: number,
  seen: number,
  interruptible: boolean,
): Step<number> {
  if ((yield* load(lock + HOLDER_CONTEXT)) === ctx) return EALREADY;
  if (peek(ctx + WwContext.at.acquired) === 0) yield* writeOnce(ctx + WwContext.at.wounded, 0);
  beginsToWait(lock);
  // Two contexts that both hold locks may be a deadlock, which only the queue finds.
  const mayCycle = peek(ctx + WwContext.at.acquired) > 0 ? HAS_CONTEXT : 0;
  if (mayCycle === 0 && isAhead(lock)) giveTime();
  if (yield* spinOnOwner(lock, me, seen, ELDERS | WAITERS | mayCycle)) {
    yield* setContext(lock, ctx);
    if (((yield* readOnce(lock)) & ELDERS) !== 0) yield* wwTellWaiters(lock, ctx);
    return 0;
  }
  yield* rawSpinLock(lock + WAIT_LOCK);
  if (yield* tryTake(lock, me, false)) {
    yield* checkWaiters(lock, ctx);
    yield* setContext(lock, ctx);
    yield* rawSpinUnlock(lock + WAIT_LOCK);
    return 0;
  }
  const refused = yield* enqueueByAge(lock, ctx);
  if (refused !== 0) {
    yield* rawSpinUnlock(lock + WAIT_LOCK);
    yield* toldToBackOff(lock, ctx);
    return refused;
  }
  const elder = peek(ctx + WwContext.at.acquired) > 0 ? ELDERS : 0;
  yield* or(lock, WAITERS | elder | (isStrict() ? HANDOFF : 0));
  countFor(STAT.LOCK_WAITS, 1);
  waitsFor(lock, WAIT_KIND.LOCK);
  if (peek(ctx + WwContext.at.isWaitDie) === 0) yield* woundHolder(lock, ctx);
  const error = yield* waitInContext(lock, ctx, me, interruptible);
  yield* leaveQueue(lock, currentTask() + 1);
  yield* writeOnce(currentBlock() + TASK.WAITER_CONTEXT, 0);
  waitsForNothing();
  if (error === EDEADLK) yield* toldToBackOff(lock, ctx);
  return error;
}

/** Waits, with the wait lock held at start and end; on 0 the lock is taken and its context set. */
function* waitInContext(lock: Addr, ctx: Addr, me: number, interruptible: boolean): Step<number> {
  const waiter = currentTask() + 1;
  // Whoever has only just come asks for no hand-over yet.
  let since = isStrict() ? yield* firstSince(lock, waiter, 0) : 0;
  for (;;) {
    const ticket = yield* parkTicket();
    // Take first, then look for a signal or a kill: a lock already handed over must not be abandoned.
    if (yield* tryTake(lock, me, passedByTooLong(since))) break;
    if (interruptible && (yield* signalPending())) return EINTR;
    if ((yield* checkKill(lock, ctx)) !== 0) return EDEADLK;
    yield* rawSpinUnlock(lock + WAIT_LOCK);
    yield* park(ticket);
    yield* rawSpinLock(lock + WAIT_LOCK);
    yield* and(lock, ~WOKEN);
    since = yield* firstSince(lock, waiter, since);
  }
  const stolen = (yield* firstWaiter(lock + WAITER_LIST)) !== waiter;
  if (stolen && peek(ctx + WwContext.at.isWaitDie) === 0) yield* checkWaiters(lock, ctx);
  yield* setContext(lock, ctx);
  return 0;
}

function* toldToBackOff(lock: Addr, ctx: Addr): Step<void> {
  yield* write(ctx + WwContext.at.contending, lock);
  yield* write(ctx + WwContext.at.suspect, 1);
  poke(ctx + WwContext.at.backoffs, peek(ctx + WwContext.at.backoffs) + 1);
}

/**
 * True if this acquisition is to be taken back with EDEADLK, to exercise back-off paths. Only for classes
 * initialised with `inject`. @kernel kernel/locking/mutex.c: ww_mutex_deadlock_injection()
 */
export function* injectDeadlock(lock: Addr, ctx: Addr): Step<boolean> {
  if (peek(peek(ctx + WwContext.at.wwClass) + WwClass.at.inject) === 0) return false;
  const countdown = peek(ctx + WwContext.at.injectCountdown);
  yield* write(ctx + WwContext.at.injectCountdown, countdown - 1);
  if (countdown > 0) return false;
  const interval = Math.min(Math.floor(peek(ctx + WwContext.at.injectInterval) * 3.5), 0x0fffffff);
  yield* write(ctx + WwContext.at.injectInterval, interval);
  yield* write(ctx + WwContext.at.injectCountdown, interval);
  yield* toldToBackOff(lock, ctx);
  record(EVENT.WOUND, lock, currentTask() + 1);
  return true;
}
