import { type Addr, compareExchange, load, type Step } from "../atomic/index.ts";

// The owner word of a sleeping lock: task id plus 1, shifted past three flag bits. @kernel kernel/locking/mutex.c

/** There are waiters: unlock has to look at the list. */
export const WAITERS = 1;
/** The first waiter wants the lock handed to it: unlock must not just free it. */
export const HANDOFF = 2;
/** Handed over: only the task named may take it. */
export const PICKUP = 4;
/** All three. */
export const FLAGS: number = WAITERS | HANDOFF | PICKUP;

/** The task that an owner word names, or -1. */
export function ownerTask(word: number): number {
  return (word >> 3) - 1;
}

/**
 * Takes the lock for the owner word `me` if it is free or handed to `me`; true if it did. With `wantHandoff`
 * a failure leaves HANDOFF set, so that the next unlock gives it to the first waiter.
 * @kernel kernel/locking/mutex.c: __mutex_trylock_common()
 */
export function* tryTake(lock: Addr, me: number, wantHandoff: boolean): Step<boolean> {
  let owner = yield* load(lock);
  for (;;) {
    const holder = owner & ~FLAGS;
    let next: number;
    if (holder === 0) next = me | (owner & FLAGS);
    else if ((owner & PICKUP) !== 0 && holder === me) next = owner & ~PICKUP;
    else if (wantHandoff && (owner & (PICKUP | HANDOFF)) === 0) next = owner | HANDOFF;
    else return false;
    const seen = yield* compareExchange(lock, owner, next);
    if (seen === owner) return (next & ~FLAGS) === me;
    owner = seen;
  }
}

/** Gives the lock to `waiter` (task id plus 1; 0: to nobody). The caller owns it. @kernel kernel/locking/mutex.c: __mutex_handoff() */
export function* handOver(lock: Addr, waiter: number): Step<void> {
  let owner = yield* load(lock);
  for (;;) {
    const next = (owner & WAITERS) | (waiter === 0 ? 0 : (waiter << 3) | PICKUP);
    const seen = yield* compareExchange(lock, owner, next);
    if (seen === owner) return;
    owner = seen;
  }
}
