import {
  type Addr,
  add,
  compareExchange,
  enterPrimitive,
  leavePrimitive,
  load,
  type Step,
} from "../atomic/index.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { EVENT, record } from "../recorder/index.ts";
import { currentOwnerWord } from "../task.ts";
import { mightSleep } from "./might-sleep.ts";
import { lockSlow, unlockSlow } from "./mutex-slow.ts";
import { ownerOf, tryTake } from "./owner-word.ts";
import { WaitList } from "./waiters.ts";

/**
 * A sleeping lock: one owner, only the owner unlocks, not recursive. A ww-mutex starts with the same words.
 * @kernel include/linux/mutex_types.h: struct mutex
 */
export const Mutex: Layout<"owner" | "waitLock" | "waiters"> = struct("mutex", {
  owner: "atomic",
  waitLock: "atomic",
  waiters: WaitList,
});

const { LOCK, UNLOCK, TRYLOCK, LOCK_FAILED } = EVENT;

/** Takes the lock, sleeping until it is free. @kernel kernel/locking/mutex.c: mutex_lock() */
export function* mutexLock(lock: Addr): Step<void> {
  mightSleep(lock);
  enterPrimitive(lock, 0);
  const me = currentOwnerWord();
  const seen = yield* compareExchange(lock, 0, me);
  if (seen !== 0) yield* lockSlow(lock, me, seen, false);
  record(LOCK, lock, seen === 0 ? 0 : 1);
  leavePrimitive();
}

/** Like `mutexLock`, but a pending signal ends the wait: 0 or EINTR. @kernel kernel/locking/mutex.c: mutex_lock_interruptible() */
export function* mutexLockInterruptible(lock: Addr): Step<number> {
  mightSleep(lock);
  enterPrimitive(lock, 0);
  const me = currentOwnerWord();
  const seen = yield* compareExchange(lock, 0, me);
  const error = seen === 0 ? 0 : yield* lockSlow(lock, me, seen, true);
  record(error === 0 ? LOCK : LOCK_FAILED, lock, error === 0 && seen !== 0 ? 1 : error);
  leavePrimitive();
  return error;
}

/** Takes the lock if it is free; true if it did. False if this task holds it. @kernel kernel/locking/mutex.c: mutex_trylock() */
export function* mutexTrylock(lock: Addr): Step<boolean> {
  enterPrimitive(lock, 0);
  const taken = yield* tryTake(lock, currentOwnerWord(), false);
  record(TRYLOCK, lock, taken ? 1 : 0);
  leavePrimitive();
  return taken;
}

/** Releases the lock; the caller holds it, or `lock-misuse` is reported. @kernel kernel/locking/mutex.c: mutex_unlock() */
export function* mutexUnlock(lock: Addr): Step<void> {
  enterPrimitive(lock, 0);
  const me = currentOwnerWord();
  record(UNLOCK, lock, 0);
  // Takes the owner off and leaves the flags: cheaper than a compare-and-exchange, and never has to be repeated.
  const owner = yield* add(lock, -me);
  if (owner !== me) yield* unlockSlow(lock, me, owner, true);
  leavePrimitive();
}

/** True while this task holds the lock. */
export function* mutexIsHeld(lock: Addr): Step<boolean> {
  return ownerOf(yield* load(lock)) === currentOwnerWord();
}
