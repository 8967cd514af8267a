import { type Addr, claimIf, compareExchange, load, peek, poke, type Step } from "../atomic/index.ts";
import { POISON } from "../memory/poison.ts";
import { countFor, STAT } from "../stats.ts";
import { currentBlock, currentTask, OWNER_SHIFT, TASK, taskBlock, taskCount } from "../task.ts";
import { reportAndAbandon } from "../violation.ts";
import { isAhead, isWanted, serve } from "./fair-share.ts";
import { isStrict, spinShape } from "./lock-policy.ts";

// The owner word of a sleeping lock: task id plus 1, shifted past eight flag bits; the kernel has the first three. @kernel kernel/locking/mutex.c

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
/** A task spins on the lock: whoever takes it again and again is to give way now and then. */
export const SPINNER = 64;
/** Somebody has taken the lock past a spinner, and will give way: a spinner that finds it free need not hurry. */
export const PASSED = 128;
/** All of them: they belong to the lock and stay when the owner goes. */
export const FLAGS: number = WAITERS | HANDOFF | PICKUP | WOKEN | ELDERS | SPINNER | PASSED;
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
    const takes = holder === 0 ? (owner & HANDOFF) === 0 || wantHandoff : isHandedTo(owner, me);
    if (takes) next = holder === 0 ? me | (owner & staying()) : (owner & ~PICKUP) | me;
    else if (holder !== 0 && wantHandoff && (owner & (PICKUP | HANDOFF)) === 0) next = owner | HANDOFF;
    else return taken(lock, owner);
    const seen = yield* compareExchange(lock, owner, next);
    if (seen === owner) return takes;
    owner = seen;
  }
}

function isHandedTo(owner: number, me: number): boolean {
  return (owner & PICKUP) !== 0 && ownerOf(owner) === ownerOf(me);
}

/** Flags that outlast a hand-over. Where nobody may pass a waiter by, the next one wants the lock handed over too. */
function staying(): number {
  return isStrict() ? FLAGS : FLAGS & ~HANDOFF;
}

/**
 * Takes a lock found free with flags, `seen` being its word; true if it did. Passing others by is what makes a lock fast;
 * how often it happens is bounded: a waiter asks for a hand-over, and after so many sections a spinner is told that it is
 * its turn, and the lock left alone.
 */
export function* barge(lock: Addr, me: number, seen: number): Step<boolean> {
  if (ownerOf(seen) !== 0 || (seen & HANDOFF) !== 0) return false;
  let flags = seen;
  if ((seen & (SPINNER | WAITERS)) !== 0) {
    if (countPass() < spinShape().sections) flags |= passed(seen);
    else if (endsTurn(lock, seen)) return false;
    // Others that want it may only be off their core: sections are counted as long as SPINNER is there.
    else if (!isWanted(lock)) flags &= ~(SPINNER | PASSED);
  }
  if ((yield* compareExchange(lock, seen, flags | me)) !== seen) return false;
  if ((seen & WAITERS) !== 0) countFor(STAT.BARGES, 1);
  return true;
}

/** Counts a lock taken past others; returns how many this task's turn has had. */
function countPass(): number {
  const word = currentBlock() + TASK.TURN;
  const count = peek(word) + 1;
  poke(word, count);
  return count;
}

/** PASSED, if there is a spinner to see it. */
function passed(seen: number): number {
  return (seen & SPINNER) === 0 ? 0 : PASSED;
}

/** A turn on the lock is over: true if the lock is to be left to another now, who is told so. */
function endsTurn(lock: Addr, seen: number): boolean {
  const word = currentBlock() + TASK.TURN;
  serve(peek(word));
  poke(word, 0);
  return ((seen & SPINNER) !== 0 && tellSpinner(lock)) || isAhead(lock);
}

/** Tells the next task after this one that spins on the lock to take it now; false if there is none. */
function tellSpinner(lock: Addr): boolean {
  const me = currentTask();
  const tasks = taskCount();
  for (let step = 1; step < tasks; step++) {
    const word = taskBlock((me + step) % tasks) + TASK.SPINS_ON;
    // The likeliest is asked at once: to look at its word first would be one transfer of a line more.
    if ((step === 1 || peek(word) === lock) && claimIf(word, lock, 0)) return true;
  }
  return false;
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
