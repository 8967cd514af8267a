import {
  type Addr,
  add,
  compareExchange,
  enterPrimitive,
  leavePrimitive,
  load,
  peek,
  readOnce,
  type Step,
  write,
  writeOnce,
} from "../atomic/index.ts";
import { EDEADLK } from "../errno.ts";
import { POISON } from "../memory/poison.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { EVENT, LOCKED, record } from "../recorder/index.ts";
import { currentOwnerWord } from "../task.ts";
import { report, reportAndAbandon } from "../violation.ts";
import { looksIntoWindow, watchWords } from "./contention-monitor.ts";
import { mightSleep } from "./might-sleep.ts";
import { Mutex } from "./mutex.ts";
import { lockSlow, unlockSlow } from "./mutex-slow.ts";
import { barge, ELDERS, HAS_CONTEXT, ownerOf, tryTake } from "./owner-word.ts";
import { WW_MUTANT, WwClass, WwContext } from "./ww-context.ts";
import {
  checkBeforeLock,
  checkBeforeSlowLock,
  checkBlockingWithoutContext,
  checkSuspect,
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

// Offsets as constants of this module: in the fast path a look-up in the layout would cost as much as the lock.
const { ctx: CTX, wwClass: CLASS, window: WINDOW } = WwMutex.at;
const { acquired: ACQUIRED, wounded: WOUNDED, suspect: SUSPECT, wwClass: CONTEXT_CLASS } = WwContext.at;
const { LOCK, UNLOCK, TRYLOCK, LOCK_FAILED } = EVENT;
const { WAITED, IN_CONTEXT, SLOW } = LOCKED;

/** Initialises a lock of `wwClass`. @kernel include/linux/ww_mutex.h: ww_mutex_init() */
export function* wwMutexInit(lock: Addr, wwClass: Addr): Step<void> {
  for (let word = 0; word < WwMutex.size; word++) yield* write(lock + word, 0);
  yield* write(lock + CLASS, wwClass);
}

/**
 * Takes the lock inside `ctx`, or like a plain mutex where `ctx` is 0. Returns 0, EALREADY (this context has
 * it), or EDEADLK: drop every lock of the context, take this one by `wwMutexLockSlow`, begin again.
 * @kernel kernel/locking/mutex.c: ww_mutex_lock()
 */
export function* wwMutexLock(lock: Addr, ctx: Addr): Step<number> {
  enterPrimitive(lock, CLASS);
  const error = yield* takeLock(lock, ctx, false);
  leavePrimitive();
  return error;
}

/** Like `wwMutexLock`; a signal ends the wait with EINTR. @kernel kernel/locking/mutex.c: ww_mutex_lock_interruptible() */
export function* wwMutexLockInterruptible(lock: Addr, ctx: Addr): Step<number> {
  enterPrimitive(lock, CLASS);
  const error = yield* takeLock(lock, ctx, true);
  leavePrimitive();
  return error;
}

function* takeLock(lock: Addr, ctx: Addr, interruptible: boolean): Step<number> {
  mightSleep(lock);
  if (ctx !== 0) return yield* lockInContext(lock, ctx, interruptible, IN_CONTEXT);
  const seen = yield* compareExchange(lock, 0, currentOwnerWord());
  if (seen !== 0) return yield* lockAlone(lock, seen, interruptible);
  if ((yield* readOnce(lock + WINDOW)) !== 0) looksIntoWindow(lock);
  record(LOCK, lock, 0);
  return 0;
}

/** After EDEADLK, holding nothing: takes the contended lock. It cannot die. @kernel include/linux/ww_mutex.h: ww_mutex_lock_slow() */
export function* wwMutexLockSlow(lock: Addr, ctx: Addr): Step<void> {
  enterPrimitive(lock, CLASS);
  checkBeforeSlowLock(lock, ctx);
  yield* lockInContext(lock, ctx, false, IN_CONTEXT | SLOW);
  leavePrimitive();
}

/** Like `wwMutexLockSlow`; 0 or EINTR. @kernel include/linux/ww_mutex.h: ww_mutex_lock_slow_interruptible() */
export function* wwMutexLockSlowInterruptible(lock: Addr, ctx: Addr): Step<number> {
  enterPrimitive(lock, CLASS);
  checkBeforeSlowLock(lock, ctx);
  const result = yield* lockInContext(lock, ctx, true, IN_CONTEXT | SLOW);
  leavePrimitive();
  return result;
}

function* lockAlone(lock: Addr, seen: number, interruptible: boolean): Step<number> {
  looksIntoWindow(lock);
  checkBlockingWithoutContext(lock);
  return yield* waited(lock, yield* lockSlow(lock, currentOwnerWord(), seen, interruptible), 0);
}

function* waited(lock: Addr, error: number, how: number): Step<number> {
  if (error === 0) looksIntoWindow(lock);
  record(error === 0 ? LOCK : LOCK_FAILED, lock, error === 0 ? how | WAITED : error);
  return error;
}

function* lockInContext(lock: Addr, ctx: Addr, interruptible: boolean, how: number): Step<number> {
  if (peek(ctx + SUSPECT) !== 0 || peek(ctx + CONTEXT_CLASS) !== peek(lock + CLASS)) checkSuspect(lock, ctx);
  const acquired = peek(ctx + ACQUIRED);
  const me = currentOwnerWord() | HAS_CONTEXT;
  const seen = yield* compareExchange(lock, 0, me);
  // Waiters whose contexts hold nothing can wait: none of them is part of a deadlock, so nobody owes them a look.
  if (seen !== 0 && ((seen & ELDERS) !== 0 || !(yield* barge(lock, me, seen)))) {
    looksIntoWindow(lock);
    const error = yield* waited(lock, yield* wwLockSlow(lock, ctx, me, seen, interruptible), how);
    if (error !== 0) return error;
  } else {
    // No context with locks waited, and one that begins to from here on sees HAS_CONTEXT and asks for the context itself.
    yield* joinContext(lock, ctx, acquired);
    if ((yield* readOnce(lock + WINDOW)) !== 0) looksIntoWindow(lock);
    record(LOCK, lock, how);
  }
  return acquired > 0 ? yield* takeBackSometimes(lock, ctx) : 0;
}

/** 0, or EDEADLK with the lock released, as the class's injection says. */
function* takeBackSometimes(lock: Addr, ctx: Addr): Step<number> {
  if (!(yield* injectDeadlock(lock, ctx))) return 0;
  yield* wwMutexUnlock(lock);
  record(LOCK_FAILED, lock, EDEADLK);
  return EDEADLK;
}

function* joinContext(lock: Addr, ctx: Addr, acquired: number): Step<void> {
  // A wound from before this context owned anything is stale. The kernel clears it on the slow path only.
  if (acquired === 0 && (yield* readOnce(ctx + WOUNDED)) !== 0) yield* writeOnce(ctx + WOUNDED, 0);
  yield* writeOnce(ctx + ACQUIRED, acquired + 1);
  const stale = peek(lock + CTX);
  if (stale !== 0) report("ww-misuse", lock, stale);
  yield* writeOnce(lock + CTX, ctx);
}

/**
 * Takes the lock if it is free; true if it did. Never EDEADLK, never EALREADY: a lock this task holds gives
 * false. @kernel kernel/locking/mutex.c: ww_mutex_trylock()
 */
export function* wwMutexTrylock(lock: Addr, ctx: Addr): Step<boolean> {
  enterPrimitive(lock, CLASS);
  const taken = yield* tryTake(lock, currentOwnerWord() | (ctx === 0 ? 0 : HAS_CONTEXT), false);
  record(TRYLOCK, lock, taken ? 1 | (ctx === 0 ? 0 : IN_CONTEXT) : 0);
  if ((yield* readOnce(lock + WINDOW)) !== 0) looksIntoWindow(lock);
  if (taken && ctx !== 0) {
    checkBeforeLock(lock, ctx);
    yield* joinContext(lock, ctx, peek(ctx + ACQUIRED));
    if (((yield* readOnce(lock)) & ELDERS) !== 0) yield* wwTellWaiters(lock, ctx);
  }
  leavePrimitive();
  return taken;
}

/** Releases the lock, whatever it was taken with. @kernel kernel/locking/mutex.c: ww_mutex_unlock() */
export function* wwMutexUnlock(lock: Addr): Step<void> {
  enterPrimitive(lock, CLASS);
  let me = currentOwnerWord();
  const ctx = yield* readOnce(lock + CTX);
  if (ctx !== 0) {
    if (ctx === POISON) reportAndAbandon("use-after-free", lock, ctx);
    // The context goes before ownership does: a new holder must not find the old one's.
    const acquired = peek(ctx + ACQUIRED);
    if (acquired <= 0) report("ww-misuse", ctx, acquired);
    yield* writeOnce(ctx + ACQUIRED, acquired - 1);
    yield* writeOnce(lock + CTX, 0);
    me |= HAS_CONTEXT;
  }
  record(UNLOCK, lock, 0);
  // Takes the owner off and leaves the flags: cheaper than a compare-and-exchange, and never has to be repeated.
  const owner = yield* add(lock, -me);
  if (owner !== me) yield* unlockContended(lock, me, owner);
  leavePrimitive();
}

function* unlockContended(lock: Addr, me: number, owner: number): Step<void> {
  const mutant = peek(peek(lock + CLASS) + WwClass.at.mutant);
  yield* unlockSlow(lock, me, owner, (mutant & WW_MUTANT.LOST_WAKEUP) === 0);
}

/** True while this task holds the lock. */
export function* wwMutexIsHeld(lock: Addr): Step<boolean> {
  return ownerOf(yield* load(lock)) === currentOwnerWord();
}
