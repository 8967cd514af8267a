import { type Addr, read, type Step, write } from "../atomic/index.ts";
import { EDEADLK } from "../errno.ts";
import { countFor, STAT } from "../stats.ts";
import { wwMutexLockInterruptible, wwMutexLockSlowInterruptible, wwMutexUnlock } from "./ww-mutex.ts";

// The shapes in which code takes several ww-mutexes. `list` is the address of a table of lock addresses.

/**
 * Takes every lock of a fixed list, backing off as often as it takes: drops all, takes the contended one first,
 * begins again skipping it. 0, EALREADY for a duplicate in the list, or EINTR; on an error nothing is held.
 * @kernel Documentation/locking/ww-mutex-design.rst, method 1
 */
export function* wwLockList(list: Addr, count: number, ctx: Addr): Step<number> {
  let contended = -1;
  for (;;) {
    if (contended >= 0) {
      const slow = yield* wwMutexLockSlowInterruptible(yield* read(list + contended), ctx);
      if (slow !== 0) return slow;
    }
    let taken = 0;
    let error = 0;
    for (; taken < count; taken++) {
      if (taken === contended) continue;
      error = yield* wwMutexLockInterruptible(yield* read(list + taken), ctx);
      if (error !== 0) break;
    }
    if (error === 0) return 0;
    for (let index = taken - 1; index >= 0; index--) yield* wwMutexUnlock(yield* read(list + index));
    if (contended > taken) yield* wwMutexUnlock(yield* read(list + contended));
    if (error !== EDEADLK) return error;
    countFor(STAT.BACKOFFS, 1);
    contended = taken;
  }
}

/**
 * Takes every lock of a list whose order does not matter: on a back-off the contended lock moves to the front.
 * Returns as `wwLockList` does. @kernel Documentation/locking/ww-mutex-design.rst, method 2
 */
export function* wwLockReorder(list: Addr, count: number, ctx: Addr): Step<number> {
  let error = 0;
  for (let taken = 0; taken < count; taken++) {
    error = yield* wwMutexLockInterruptible(yield* read(list + taken), ctx);
    while (error === EDEADLK) {
      countFor(STAT.BACKOFFS, 1);
      yield* unlockFirst(list, taken);
      const lock = yield* moveToFront(list, taken);
      error = yield* wwMutexLockSlowInterruptible(lock, ctx);
      taken = 0;
    }
    if (error !== 0) {
      yield* unlockFirst(list, taken);
      return error;
    }
  }
  return 0;
}

/** Releases every lock of the list. */
export function* wwUnlockList(list: Addr, count: number): Step<void> {
  yield* unlockFirst(list, count);
}

function* unlockFirst(list: Addr, count: number): Step<void> {
  for (let index = count - 1; index >= 0; index--) yield* wwMutexUnlock(yield* read(list + index));
}

function* moveToFront(list: Addr, index: number): Step<Addr> {
  const lock = yield* read(list + index);
  for (let at = index; at > 0; at--) yield* write(list + at, yield* read(list + at - 1));
  yield* write(list, lock);
  return lock;
}
