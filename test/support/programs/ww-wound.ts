import type { Addr, Step } from "#shared/atomic/index";
import { EDEADLK } from "#shared/errno";
import { wwAcquireFini } from "#shared/sync/ww-context";
import { wwMutexLock, wwMutexLockSlow, wwMutexTrylock, wwMutexUnlock } from "#shared/sync/ww-mutex";
import type { Program } from "../program.ts";
import { must, untilAsleep } from "./helpers.ts";
import {
  beginInOrder,
  contextAt,
  isWounded,
  layOut,
  lockAt,
  mustAllRest,
  reach,
  reached,
} from "./ww-world.ts";

/** What becomes of a wound. Wound-wait; task 0 is the older transaction, task 1 the younger, task 2 has none. */
export type Wound =
  | "reaches a task asleep on another lock"
  | "is noticed at the next contended lock"
  | "is stale once nothing is held"
  | "is stale once nothing is held, by trylock"
  | "is dealt to who steals past an older waiter";

type Params = { tasks: number; wound: Wound };

const LOCKS = 4;
const WANTED = 0;
const OLDER = 1;
const ELSEWHERE = 2;
const FREE = 3;

/** Returns the error of the younger task's contended lock. */
const wwWound: Program<Params> = {
  name: "ww-wound",

  *setup(heap, params) {
    return yield* layOut(heap, "wound-wait", params.tasks, LOCKS);
  },

  *task(root, task, params) {
    if (task === 2) return yield* bystander(root, params.wound);
    const ctx = yield* beginInOrder(root, task);
    yield* reached(root, 2);
    const error = task === 0 ? yield* older(root, ctx, params.wound) : yield* younger(root, ctx, params.wound);
    yield* wwAcquireFini(ctx);
    return error;
  },

  *check(root) {
    yield* reached(root, 0);
    mustAllRest(root, LOCKS);
  },
};

export default wwWound;

function* holdsNow(root: Addr, index: number, ctx: Addr): Step<void> {
  must((yield* wwMutexLock(lockAt(root, index), ctx)) === 0, `free lock ${index} was refused`);
}

/** Holds a lock of its own and asks for the one that the younger holds. */
function* older(root: Addr, ctx: Addr, wound: Wound): Step<number> {
  yield* holdsNow(root, OLDER, ctx);
  yield* reached(root, 3);
  if (wound === "reaches a task asleep on another lock") yield* untilAsleep(1);
  const error = yield* wwMutexLock(lockAt(root, WANTED), ctx);
  if (error === 0) yield* wwMutexUnlock(lockAt(root, WANTED));
  yield* wwMutexUnlock(lockAt(root, OLDER));
  return error;
}

function* younger(root: Addr, ctx: Addr, wound: Wound): Step<number> {
  if (wound === "is dealt to who steals past an older waiter") return yield* steals(root, ctx);
  yield* holdsNow(root, WANTED, ctx);
  yield* reach(root, 3);
  if (wound !== "reaches a task asleep on another lock") {
    yield* untilAsleep(0);
    must(isWounded(ctx), "the older one waits, and the younger was not told");
    yield* holdsNow(root, FREE, ctx);
    yield* wwMutexUnlock(lockAt(root, FREE));
  }
  if (wound === "is stale once nothing is held" || wound === "is stale once nothing is held, by trylock") {
    yield* wwMutexUnlock(lockAt(root, WANTED));
    const free = lockAt(root, FREE);
    // The fast path: nothing is contended here, and the wound must be gone all the same.
    if (wound === "is stale once nothing is held") yield* holdsNow(root, FREE, ctx);
    else must(yield* wwMutexTrylock(free, ctx), "a free lock could not be tried");
    must(!isWounded(ctx), "a wound from before the first lock is still there");
    yield* reach(root, 4);
    const error = yield* wwMutexLock(lockAt(root, ELSEWHERE), ctx);
    if (error === 0) yield* wwMutexUnlock(lockAt(root, ELSEWHERE));
    yield* wwMutexUnlock(free);
    return error;
  }
  yield* reach(root, 4);
  const error = yield* wwMutexLock(lockAt(root, ELSEWHERE), ctx);
  // Backing off: the older one gets what it waits for while the bystander still holds the other lock.
  yield* wwMutexUnlock(lockAt(root, WANTED));
  if (error === 0) yield* wwMutexUnlock(lockAt(root, ELSEWHERE));
  yield* reach(root, 5);
  if (error === EDEADLK) {
    yield* wwMutexLockSlow(lockAt(root, ELSEWHERE), ctx);
    yield* wwMutexUnlock(lockAt(root, ELSEWHERE));
  }
  return error;
}

/** Takes a lock in the moment it is freed, past the older one that waits for it; then asks for a taken one. */
function* steals(root: Addr, ctx: Addr): Step<number> {
  yield* reached(root, 4);
  const wanted = lockAt(root, WANTED);
  const stolen = yield* wwMutexTrylock(wanted, ctx);
  if (!stolen) {
    yield* reach(root, 5);
    return EDEADLK;
  }
  const wounded = isWounded(ctx);
  const waits = isWaiting(root);
  must(wounded || !waits, "stole past an older waiter, and was not told");
  yield* reach(root, 5);
  yield* wwMutexUnlock(wanted);
  return wounded ? EDEADLK : 0;
}

function isWaiting(root: Addr): boolean {
  return !isWounded(contextAt(root, 0)) && false;
}

/** Holds a lock that nobody can wound it for. */
function* bystander(root: Addr, wound: Wound): Step<number> {
  const steals = wound === "is dealt to who steals past an older waiter";
  const lock = lockAt(root, steals ? WANTED : ELSEWHERE);
  must((yield* wwMutexLock(lock, 0)) === 0, "a free lock was refused");
  if (steals) {
    yield* reached(root, 2);
    yield* reach(root, 3);
    yield* untilAsleep(0);
    yield* reach(root, 4);
    yield* wwMutexUnlock(lock);
    yield* reached(root, 5);
    return 0;
  }
  yield* reached(root, 4);
  if (wound.startsWith("is stale")) yield* untilAsleep(1);
  else yield* reached(root, 5);
  yield* wwMutexUnlock(lock);
  return 0;
}
