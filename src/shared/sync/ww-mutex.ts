import {
  type Addr,
  compareExchange,
  load,
  peek,
  readOnce,
  type Step,
  store,
  write,
  writeOnce,
} from "../atomic/index.ts";
import { EDEADLK } from "../errno.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { EVENT, record } from "../recorder/index.ts";
import { currentTask } from "../task.ts";
import { closesHold, opensHold, triesHold, watchWords } from "./contention-monitor.ts";
import { Mutex } from "./mutex.ts";
import { lockSlow, unlockSlow } from "./mutex-slow.ts";
import { FLAGS, ownedBy, tryTake, WAITERS } from "./owner-word.ts";
import { WW_MUTANT, WwClass, WwContext } from "./ww-context.ts";
import {
  checkBeforeLock,
  checkBeforeSlowLock,
  checkBlockingWithoutContext,
  checkStaleContext,
} from "./ww-debug.ts";
import { injectDeadlock, wwLockSlow, wwTellWaiters } from "./ww-slow.ts";

/**
 * A mutex that several of can be taken in any order inside one acquire context. Starts as a `Mutex`.
 * `window` and `windowHits` belong to the contention monitor. @kernel include/linux/ww_mutex.h: struct ww_mutex
 */
export const WwMutex: Layout<"base" | "ctx" | "wwClass" | "window" | "windowHits" | "windowObject"> = struct(
  "ww_mutex",
  {
    base: Mutex,
    ctx: "atomic",
    wwClass: "plain",
    ...watchWords,
  },
);

/** Initialises a lock of `wwClass`. @kernel include/linux/ww_mutex.h: ww_mutex_init() */
export function* wwMutexInit(lock: Addr, wwClass: Addr): Step<void> {
  for (let word = 0; word < WwMutex.size; word++) yield* write(lock + word, 0);
  yield* write(lock + WwMutex.at.wwClass, wwClass);
}

/**
 * Takes the lock inside `ctx`, or like a plain mutex where `ctx` is 0. Returns 0, EALREADY (this context has
 * it), or EDEADLK: drop every lock of the context, take this one by `wwMutexLockSlow`, begin again.
 * @kernel kernel/locking/mutex.c: ww_mutex_lock()
 */
export function* wwMutexLock(lock: Addr, ctx: Addr): Step<number> {
  return yield* wwLock(lock, ctx, false);
}

/** Like `wwMutexLock`; a signal ends the wait with EINTR. @kernel kernel/locking/mutex.c: ww_mutex_lock_interruptible() */
export function* wwMutexLockInterruptible(lock: Addr, ctx: Addr): Step<number> {
  return yield* wwLock(lock, ctx, true);
}

/** After EDEADLK, holding nothing: takes the contended lock. It cannot die. @kernel include/linux/ww_mutex.h: ww_mutex_lock_slow() */
export function* wwMutexLockSlow(lock: Addr, ctx: Addr): Step<void> {
  checkBeforeSlowLock(lock, ctx);
  yield* wwLock(lock, ctx, false);
}

/** Like `wwMutexLockSlow`; 0 or EINTR. @kernel include/linux/ww_mutex.h: ww_mutex_lock_slow_interruptible() */
export function* wwMutexLockSlowInterruptible(lock: Addr, ctx: Addr): Step<number> {
  checkBeforeSlowLock(lock, ctx);
  return yield* wwLock(lock, ctx, true);
}

function* wwLock(lock: Addr, ctx: Addr, interruptible: boolean): Step<number> {
  if (ctx !== 0) return yield* lockInContext(lock, ctx, interruptible);
  const me = ownedBy(currentTask());
  let waited = 0;
  if ((yield* compareExchange(lock, 0, me)) !== 0) {
    triesHold(lock);
    checkBlockingWithoutContext(lock);
    const error = yield* lockSlow(lock, me, interruptible);
    if (error !== 0) {
      record(EVENT.LOCK_FAILED, lock, error);
      return error;
    }
    waited = 1;
  }
  opensHold(lock);
  record(EVENT.LOCK, lock, waited);
  return 0;
}

function* lockInContext(lock: Addr, ctx: Addr, interruptible: boolean): Step<number> {
  checkBeforeLock(lock, ctx);
  const me = ownedBy(currentTask());
  let waited = 0;
  if ((yield* compareExchange(lock, 0, me)) === 0) {
    checkStaleContext(lock);
    yield* joinContext(lock, ctx);
    // `store` above is a full fence: either this look sees the waiter, or the waiter saw the context.
    if (((yield* readOnce(lock)) & WAITERS) !== 0) yield* wwTellWaiters(lock, ctx);
  } else {
    triesHold(lock);
    const error = yield* wwLockSlow(lock, ctx, me, interruptible);
    if (error !== 0) {
      record(EVENT.LOCK_FAILED, lock, error);
      return error;
    }
    waited = 1;
  }
  opensHold(lock);
  record(EVENT.LOCK, lock, waited);
  if (peek(ctx + WwContext.at.acquired) > 1 && (yield* injectDeadlock(lock, ctx))) {
    yield* wwMutexUnlock(lock);
    record(EVENT.LOCK_FAILED, lock, EDEADLK);
    return EDEADLK;
  }
  return 0;
}

function* joinContext(lock: Addr, ctx: Addr): Step<void> {
  const acquired = peek(ctx + WwContext.at.acquired);
  // A wound from before this context owned anything is stale. The kernel clears it on the slow path only.
  if (acquired === 0 && (yield* readOnce(ctx + WwContext.at.wounded)) !== 0) {
    yield* writeOnce(ctx + WwContext.at.wounded, 0);
  }
  yield* writeOnce(ctx + WwContext.at.acquired, acquired + 1);
  yield* store(lock + WwMutex.at.ctx, ctx);
}

/**
 * Takes the lock if it is free; true if it did. Never EDEADLK, never EALREADY: a lock this task holds gives
 * false. @kernel kernel/locking/mutex.c: ww_mutex_trylock()
 */
export function* wwMutexTrylock(lock: Addr, ctx: Addr): Step<boolean> {
  const taken = yield* tryTake(lock, ownedBy(currentTask()), false);
  record(EVENT.TRYLOCK, lock, taken ? 1 : 0);
  if (!taken) {
    triesHold(lock);
    return false;
  }
  opensHold(lock);
  if (ctx === 0) return true;
  checkBeforeLock(lock, ctx);
  yield* joinContext(lock, ctx);
  if (((yield* readOnce(lock)) & WAITERS) !== 0) yield* wwTellWaiters(lock, ctx);
  return true;
}

/** Releases the lock, whatever it was taken with. @kernel kernel/locking/mutex.c: ww_mutex_unlock() */
export function* wwMutexUnlock(lock: Addr): Step<void> {
  const me = ownedBy(currentTask());
  const ctx = peek(lock + WwMutex.at.ctx);
  if (ctx !== 0) yield* leaveContext(lock, ctx);
  closesHold(lock);
  record(EVENT.UNLOCK, lock, 0);
  if ((yield* compareExchange(lock, me, 0)) !== me) {
    const wwClass = peek(lock + WwMutex.at.wwClass);
    yield* unlockSlow(lock, me, (peek(wwClass + WwClass.at.mutant) & WW_MUTANT.LOST_WAKEUP) === 0);
  }
}

function* leaveContext(lock: Addr, ctx: Addr): Step<void> {
  // The context goes before ownership does: a new holder must not find the old one's.
  checkStaleContext(0, ctx);
  yield* writeOnce(ctx + WwContext.at.acquired, peek(ctx + WwContext.at.acquired) - 1);
  yield* writeOnce(lock + WwMutex.at.ctx, 0);
}

/** True while this task holds the lock. */
export function* wwMutexIsHeld(lock: Addr): Step<boolean> {
  return ((yield* load(lock)) & ~FLAGS) === ownedBy(currentTask());
}
