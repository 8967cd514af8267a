import { type Addr, compareExchange, load, type Step } from "../atomic/index.ts";
import { POISON } from "../memory/poison.ts";
import { OWNER_SHIFT } from "../task.ts";
import { reportAndAbandon } from "../violation.ts";
import { isStrict } from "./lock-policy.ts";

// The owner word of a sleeping lock: task id plus 1, shifted past six flag bits; the kernel has the first three. @kernel kernel/locking/mutex.c

/** There are waiters: unlock has to look at the list. */
export const WAITERS = 1;
/** The first waiter wants the lock handed to it: unlock must not just free it. */
export const HANDOFF = 2;
/** Handed over: only the task named may take it. */
export const PICKUP = 4;
/**
 * A waiter was woken and has not looked at the lock yet. It will, so an unlock need not wake another: of many unlocks
 * in the time that a wake-up takes, one pays for it.
 */
export const WOKEN = 16;
/** A waiter's acquire context holds locks: who takes this one with a context owes it a look at the rules. */
export const ELDERS = 32;
/** All of them: they belong to the lock and stay when the owner goes. */
export const FLAGS: number = WAITERS | HANDOFF | PICKUP | WOKEN | ELDERS;
/**
 * The owner holds the lock in an acquire context. Goes with the owner. Set by the very operation that takes the
 * lock, so that nobody needs a fence: whoever sees it and finds no context yet knows that one is about to be there.
 */
export const HAS_CONTEXT = 8;

/** The part of an owner word that names the task. */
export function ownerOf(word: number): number {
  return word & ~(FLAGS | HAS_CONTEXT);
}

/** The task that an owner word names, or -1. */
export function ownerTask(word: number): number {
  return (word >> OWNER_SHIFT) - 1;
}

/**
 * Takes the lock for the owner word `me` if it is free or handed to `me`; true if it did. With `wantHandoff`
 * a failure leaves HANDOFF set, so that the next unlock gives it to the first waiter.
 * @kernel kernel/locking/mutex.c: __mutex_trylock_common()
 */
export function* tryTake(lock: Addr, me: number, wantHandoff: boolean): Step<boolean> {
  let owner = yield* load(lock);
  for (;;) {
    const holder = ownerOf(owner);
    let next: number;
    // A lock that is to be handed over is not up for grabs, not even in the moment it has no owner.
    if (holder === 0 && ((owner & HANDOFF) === 0 || wantHandoff)) next = me | (owner & staying());
    else if ((owner & PICKUP) !== 0 && holder === ownerOf(me)) next = (owner & ~PICKUP) | me;
    else if (holder !== 0 && wantHandoff && (owner & (PICKUP | HANDOFF)) === 0) next = owner | HANDOFF;
    else return taken(lock, owner);
    const seen = yield* compareExchange(lock, owner, next);
    if (seen === owner) return (next & ~FLAGS) === me;
    owner = seen;
  }
}

/** Flags that outlast a hand-over. Where nobody may pass a waiter by, the next one wants the lock handed over too. */
function staying(): number {
  return isStrict() ? FLAGS : FLAGS & ~HANDOFF;
}

/**
 * Takes a lock found free with waiters, `seen` being its word; true if it did. Passing them by is what makes a lock
 * fast; how often it happens is bounded by the first waiter, who asks for a hand-over.
 */
export function* barge(lock: Addr, me: number, seen: number): Step<boolean> {
  if (ownerOf(seen) !== 0 || (seen & HANDOFF) !== 0) return false;
  return (yield* compareExchange(lock, seen, seen | me)) === seen;
}

/** The lock is somebody else's: false. Freed memory is nobody's lock: a report. */
function taken(lock: Addr, owner: number): boolean {
  if (owner === POISON) reportAndAbandon("use-after-free", lock, owner);
  return false;
}

/**
 * Gives a lock that was just released with HANDOFF set to `waiter` (task id plus 1). Does nothing if there is none,
 * or if the waiter that asked for it was quicker. The caller holds the wait lock. @kernel kernel/locking/mutex.c: __mutex_handoff()
 */
export function* handOver(lock: Addr, waiter: number): Step<void> {
  if (waiter === 0) return;
  let owner = yield* load(lock);
  while (ownerOf(owner) === 0) {
    const next = (owner & staying() & ~WOKEN) | (waiter << OWNER_SHIFT) | PICKUP;
    const seen = yield* compareExchange(lock, owner, next);
    if (seen === owner) return;
    owner = seen;
  }
}
