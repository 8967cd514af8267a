import { type Addr, peek, type Step, store } from "#shared/atomic/index";
import { EDEADLK } from "#shared/errno";
import { wwAcquireFini } from "#shared/sync/ww-context";
import { wwMutexLock, wwMutexLockSlow, wwMutexTrylock, wwMutexUnlock } from "#shared/sync/ww-mutex";
import type { Program } from "../program.ts";
import { must, untilAsleep } from "./helpers.ts";
import { beginInOrder, isWounded, layOut, lockAt, mustAllRest, reach, reached, spare } from "./ww-world.ts";

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
/** Own word: the older one has got what it wanted. */
const GOT_IT = 0;

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
    const error =
      task === 0 ? yield* older(root, ctx, params.wound) : yield* younger(root, ctx, params.wound);
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
  yield* reached(root, wound === "is dealt to who steals past an older waiter" ? 3 : 4);
  if (wound === "reaches a task asleep on another lock") yield* untilAsleep(1);
  const error = yield* wwMutexLock(lockAt(root, WANTED), ctx);
  yield* store(spare(root, GOT_IT), 1);
  if (error === 0) yield* wwMutexUnlock(lockAt(root, WANTED));
  yield* wwMutexUnlock(lockAt(root, OLDER));
  return error;
}

function* younger(root: Addr, ctx: Addr, wound: Wound): Step<number> {
  yield* reached(root, 3);
  if (wound === "is dealt to who steals past an older waiter") return yield* steals(root, ctx);
  yield* holdsNow(root, WANTED, ctx);
  yield* reach(root, 4);
  if (wound !== "reaches a task asleep on another lock") {
    yield* untilAsleep(0);
    must(isWounded(ctx), "the older one waits, and the younger was not told");
  }
  if (wound.startsWith("is stale")) return yield* startsAgain(root, ctx, wound.endsWith("trylock"));
  yield* reach(root, 5);
  const error = yield* wwMutexLock(lockAt(root, ELSEWHERE), ctx);
  // Backing off: the older one gets what it waits for while the bystander still holds the other lock.
  yield* wwMutexUnlock(lockAt(root, WANTED));
  if (error === 0) yield* wwMutexUnlock(lockAt(root, ELSEWHERE));
  yield* reach(root, 6);
  if (error === EDEADLK) {
    yield* wwMutexLockSlow(lockAt(root, ELSEWHERE), ctx);
    yield* wwMutexUnlock(lockAt(root, ELSEWHERE));
  }
  return error;
}

/** Drops the lock it was wounded for, takes a free one, and waits for a taken one: it owes nobody anything now. */
function* startsAgain(root: Addr, ctx: Addr, tries: boolean): Step<number> {
  yield* wwMutexUnlock(lockAt(root, WANTED));
  if (tries) must(yield* wwMutexTrylock(lockAt(root, FREE), ctx), "a free lock could not be tried");
  else yield* holdsNow(root, FREE, ctx);
  must(!isWounded(ctx), "a wound from before the first lock is still there");
  yield* reach(root, 5);
  const error = yield* wwMutexLock(lockAt(root, ELSEWHERE), ctx);
  if (error === 0) yield* wwMutexUnlock(lockAt(root, ELSEWHERE));
  yield* wwMutexUnlock(lockAt(root, FREE));
  return error;
}

/** Tries the lock about when it is freed. Returns 1 if it took it past the older one that waits. */
function* steals(root: Addr, ctx: Addr): Step<number> {
  yield* reached(root, 4);
  const wanted = lockAt(root, WANTED);
  const taken = yield* wwMutexTrylock(wanted, ctx);
  const stolen = taken && peek(spare(root, GOT_IT)) === 0;
  must(!stolen || isWounded(ctx), "stole past an older waiter, and was not told");
  yield* reach(root, 5);
  if (taken) yield* wwMutexUnlock(wanted);
  return stolen ? 1 : 0;
}

/** Holds a lock, without a context, that the others meet at. */
function* bystander(root: Addr, wound: Wound): Step<number> {
  const stolen = wound === "is dealt to who steals past an older waiter";
  const lock = lockAt(root, stolen ? WANTED : ELSEWHERE);
  yield* reached(root, 2);
  must((yield* wwMutexLock(lock, 0)) === 0, "a free lock was refused");
  yield* reach(root, 3);
  if (stolen) {
    yield* untilAsleep(0);
    yield* reach(root, 4);
  } else if (wound.startsWith("is stale")) {
    yield* reached(root, 5);
    yield* untilAsleep(1);
  } else {
    yield* reached(root, 6);
  }
  yield* wwMutexUnlock(lock);
  return 0;
}
