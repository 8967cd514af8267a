import {
  type Addr,
  add,
  compareExchange,
  enterPrimitive,
  leavePrimitive,
  or,
  peek,
  readOnce,
  type Step,
  writeOnce,
} from "#shared/atomic/index";
import { EDEADLK } from "#shared/errno";
import { leaveQueue, unlockSlow, WAIT_LOCK, WAITER_LIST } from "#shared/sync/mutex-slow";
import { HAS_CONTEXT, tryTake, WAITERS } from "#shared/sync/owner-word";
import { park, parkTicket, waitsFor, waitsForNothing } from "#shared/sync/park";
import { rawSpinLock, rawSpinUnlock } from "#shared/sync/raw-spin";
import { addWaiter } from "#shared/sync/waiters";
import { WwContext } from "#shared/sync/ww-context";
import { WwMutex } from "#shared/sync/ww-mutex";
import { checkKill, checkWaiters, enqueueByAge, holderContext, woundHolder } from "#shared/sync/ww-rules";
import { currentOwnerWord, currentTask, TASK, taskBlock, WAIT_KIND } from "#shared/task";
import { testThenSet } from "./two-steps.ts";

const {
  acquired: ACQUIRED,
  wounded: WOUNDED,
  stamp: STAMP,
  contending: CONTENDING,
  suspect: SUSPECT,
} = WwContext.at;

/** The parts of a lock in a context that a fault may replace. */
export interface Parts {
  readonly enqueue: (lock: Addr, ctx: Addr) => Step<number>;
  readonly wound: (lock: Addr, ctx: Addr) => Step<unknown>;
  readonly mustBackOff: (lock: Addr, ctx: Addr) => Step<number>;
  readonly tellWaiters: (lock: Addr, ctx: Addr) => Step<void>;
}

/** The right parts. */
export const rightParts: Parts = {
  enqueue: enqueueByAge,
  wound: woundHolder,
  mustBackOff: checkKill,
  tellWaiters: checkWaiters,
};

function* joins(lock: Addr, ctx: Addr): Step<void> {
  yield* writeOnce(ctx + ACQUIRED, peek(ctx + ACQUIRED) + 1);
  yield* writeOnce(lock + WwMutex.at.ctx, ctx);
}

/** A lock in a context put together from `parts`; with the right ones it is right. */
export function lockOf(parts: Parts): (lock: Addr, ctx: Addr) => Step<number> {
  const takes = takesBy(parts);
  return function* lockInContext(lock, ctx) {
    enterPrimitive(lock, WwMutex.at.wwClass);
    const error = yield* takes(lock, ctx);
    leavePrimitive();
    return error;
  };
}

function takesBy(parts: Parts): (lock: Addr, ctx: Addr) => Step<number> {
  return function* takes(lock, ctx) {
    const me = currentOwnerWord() | HAS_CONTEXT;
    if (peek(ctx + ACQUIRED) === 0) yield* writeOnce(ctx + WOUNDED, 0);
    if ((yield* compareExchange(lock, 0, me)) === 0) {
      yield* joins(lock, ctx);
      return 0;
    }
    yield* rawSpinLock(lock + WAIT_LOCK);
    let error = yield* parts.enqueue(lock, ctx);
    if (error !== 0) {
      yield* rawSpinUnlock(lock + WAIT_LOCK);
    } else {
      yield* or(lock, WAITERS);
      waitsFor(lock, WAIT_KIND.LOCK);
      if (peek(ctx + WwContext.at.isWaitDie) === 0) yield* parts.wound(lock, ctx);
      error = yield* waits(parts, lock, ctx, me);
      yield* leaveQueue(lock, currentTask() + 1);
      yield* writeOnce(taskBlock(currentTask()) + TASK.WAITER_CONTEXT, 0);
      waitsForNothing();
    }
    yield* writeOnce(ctx + CONTENDING, error === 0 ? 0 : lock);
    yield* writeOnce(ctx + SUSPECT, error === 0 ? 0 : 1);
    return error;
  };
}

function* waits(parts: Parts, lock: Addr, ctx: Addr, me: number): Step<number> {
  for (;;) {
    const ticket = yield* parkTicket();
    if (yield* tryTake(lock, me, false)) break;
    if ((yield* parts.mustBackOff(lock, ctx)) !== 0) return EDEADLK;
    yield* rawSpinUnlock(lock + WAIT_LOCK);
    yield* park(ticket);
    yield* rawSpinLock(lock + WAIT_LOCK);
  }
  yield* parts.tellWaiters(lock, ctx);
  yield* joins(lock, ctx);
  return 0;
}

/** Wounds the holder and lets it sleep, if it sleeps on another lock. */
export function* woundWithoutWake(lock: Addr, ctx: Addr): Step<void> {
  const holder = yield* holderContext(lock);
  if (holder !== 0 && peek(holder + STAMP) > peek(ctx + STAMP)) yield* writeOnce(holder + WOUNDED, 1);
}

/** Wounds any holder, older ones too. */
export function* woundWhoeverHolds(lock: Addr, _ctx: Addr): Step<void> {
  const holder = yield* holderContext(lock);
  if (holder !== 0) yield* writeOnce(holder + WOUNDED, 1);
}

/** Does nothing where something is due. */
export function* nothing(): Step<void> {}

/** Never backs off. */
export function* never(): Step<number> {
  return 0;
}

/** Queues at the tail, whatever its age, and wakes nobody that has to die for it. */
export function* enqueueAtTail(lock: Addr, ctx: Addr): Step<number> {
  yield* writeOnce(taskBlock(currentTask()) + TASK.WAITER_CONTEXT, ctx);
  yield* addWaiter(lock + WAITER_LIST, currentTask() + 1, 0);
  return 0;
}

/** Backs off wherever it has to wait with locks. */
export function* whateverTheAge(_lock: Addr, ctx: Addr): Step<number> {
  return (yield* readOnce(ctx + ACQUIRED)) > 0 ? EDEADLK : 0;
}

/** Finds the lock free, then takes it. */
export function* tryThatTestsThenSets(lock: Addr, ctx: Addr): Step<boolean> {
  if ((yield* testThenSet(lock, 0, currentOwnerWord() | HAS_CONTEXT)) !== 0) return false;
  yield* joins(lock, ctx);
  return true;
}

/** Leaves the queue asleep. */
export function* unlockWithoutWake(lock: Addr): Step<void> {
  const me = currentOwnerWord() | HAS_CONTEXT;
  const ctx = peek(lock + WwMutex.at.ctx);
  yield* writeOnce(ctx + ACQUIRED, peek(ctx + ACQUIRED) - 1);
  yield* writeOnce(lock + WwMutex.at.ctx, 0);
  const owner = yield* add(lock, -me);
  if (owner !== me) yield* unlockSlow(lock, me, owner, false);
}

/** Passes those who queue and tells them nothing. */
export function* tryThatTellsNobody(lock: Addr, ctx: Addr): Step<boolean> {
  const taken = yield* tryTake(lock, currentOwnerWord() | HAS_CONTEXT, false);
  if (taken) yield* joins(lock, ctx);
  return taken;
}
