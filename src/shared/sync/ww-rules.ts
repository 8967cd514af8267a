import { type Addr, cpuRelax, load, peek, readOnce, type Step, writeOnce } from "../atomic/index.ts";
import { EDEADLK } from "../errno.ts";
import { EVENT, record } from "../recorder/index.ts";
import { currentTask, TASK, taskBlock } from "../task.ts";
import { WAITER_LIST } from "./mutex-slow.ts";
import { HAS_CONTEXT, ownerTask } from "./owner-word.ts";
import { unpark } from "./park.ts";
import { addWaiter, firstWaiter, lastWaiter, nextWaiter, previousWaiter } from "./waiters.ts";
import { isYounger, WW_MUTANT, WwClass, WwContext } from "./ww-context.ts";

// Who dies, who is wounded, who stands where. All with the lock's wait lock held. @kernel kernel/locking/ww_mutex.h
/** Offset of the holder's context behind the owner word; ww-mutex.ts declares the struct. */
export const HOLDER_CONTEXT = 4;

/** The context a waiter waits with, or 0. */
export function* contextOf(waiter: number): Step<Addr> {
  return yield* readOnce(taskBlock(waiter - 1) + TASK.WAITER_CONTEXT);
}

/**
 * The context that the lock is held in, or 0 if it is free or held without one. A holder that has taken the lock
 * and not yet said with which context is waited for: it is two instructions away.
 */
export function* holderContext(lock: Addr): Step<Addr> {
  for (let turn = 0; ; turn++) {
    if (((yield* load(lock)) & HAS_CONTEXT) === 0) return 0;
    const ctx = yield* load(lock + HOLDER_CONTEXT);
    if (ctx !== 0) return ctx;
    yield* cpuRelax(turn);
  }
}

function* holdsLocks(ctx: Addr): Step<boolean> {
  return (yield* readOnce(ctx + WwContext.at.acquired)) > 0;
}

function neverBacksOff(ctx: Addr): boolean {
  return (peek(peek(ctx + WwContext.at.wwClass) + WwClass.at.mutant) & WW_MUTANT.NO_BACKOFF) !== 0;
}

/**
 * Queues the task in the order of ages: contexts oldest first, waiters without one where they arrived. 0, or
 * EDEADLK without queueing (wait-die: an older waiter is there and this context holds locks).
 * @kernel kernel/locking/ww_mutex.h: __ww_mutex_add_waiter()
 */
export function* enqueueByAge(lock: Addr, ctx: Addr): Step<number> {
  const me = currentTask() + 1;
  const waitDie = peek(ctx + WwContext.at.isWaitDie) !== 0;
  let before = 0;
  for (let w = yield* lastWaiter(lock + WAITER_LIST); w !== 0; w = yield* previousWaiter(w)) {
    const other = yield* contextOf(w);
    if (other === 0) continue;
    if (yield* isYounger(ctx, other)) {
      if (waitDie && (yield* holdsLocks(ctx)) && !neverBacksOff(ctx)) return EDEADLK;
      break;
    }
    before = w;
    // The older comes first from now on; a younger one behind it that holds locks has to die.
    if (waitDie && (yield* holdsLocks(other))) yield* unpark(w - 1);
  }
  yield* writeOnce(taskBlock(me - 1) + TASK.WAITER_CONTEXT, ctx);
  yield* addWaiter(lock + WAITER_LIST, me, before);
  return 0;
}

/**
 * Wound-wait: tells the younger holder to back off, if `ctx` holds locks itself. The wound is lazy: the holder
 * notices at its next contended lock. @kernel kernel/locking/ww_mutex.h: __ww_mutex_wound()
 */
export function* woundHolder(lock: Addr, ctx: Addr): Step<boolean> {
  if (neverBacksOff(ctx)) return false;
  const holder = yield* holderContext(lock);
  const owner = ownerTask(yield* load(lock));
  if (holder === 0 || owner < 0 || !(yield* holdsLocks(ctx)) || !(yield* isYounger(holder, ctx)))
    return false;
  yield* writeOnce(holder + WwContext.at.wounded, 1);
  record(EVENT.WOUND, lock, owner + 1);
  // It may be asleep on another lock: it has to look at the flag.
  if (owner !== currentTask()) yield* unpark(owner);
  return true;
}

/**
 * EDEADLK if this waiter has to back off now, else 0. A context that holds nothing never does.
 * @kernel kernel/locking/ww_mutex.h: __ww_mutex_check_kill()
 */
export function* checkKill(lock: Addr, ctx: Addr): Step<number> {
  if (!(yield* holdsLocks(ctx)) || neverBacksOff(ctx)) return 0;
  if (peek(ctx + WwContext.at.isWaitDie) === 0) {
    return (yield* load(ctx + WwContext.at.wounded)) !== 0 ? EDEADLK : 0;
  }
  const holder = yield* holderContext(lock);
  if (holder !== 0 && (yield* isYounger(ctx, holder))) return EDEADLK;
  let w = yield* previousWaiter(currentTask() + 1);
  while (w !== 0) {
    if ((yield* contextOf(w)) !== 0) return EDEADLK;
    w = yield* previousWaiter(w);
  }
  return 0;
}

/**
 * What a task owes the waiters it became holder past: wait-die wakes a younger first context so that it dies,
 * wound-wait wounds the holder (itself) if an older one with locks waits.
 * @kernel kernel/locking/ww_mutex.h: __ww_mutex_check_waiters()
 */
export function* checkWaiters(lock: Addr, ctx: Addr): Step<void> {
  const waitDie = peek(ctx + WwContext.at.isWaitDie) !== 0;
  for (let w = yield* firstWaiter(lock + WAITER_LIST); w !== 0; w = yield* nextWaiter(w)) {
    const other = yield* contextOf(w);
    if (other === 0 || other === ctx) continue;
    if (waitDie) {
      if ((yield* holdsLocks(other)) && (yield* isYounger(other, ctx))) yield* unpark(w - 1);
      return;
    }
    if ((yield* holdsLocks(other)) && (yield* isYounger(ctx, other))) {
      if (!neverBacksOff(ctx)) yield* writeOnce(ctx + WwContext.at.wounded, 1);
      return;
    }
  }
}
