import { type Addr, peek, type Step } from "#shared/atomic/index";
import { EDEADLK } from "#shared/errno";
import { WwContext, wwAcquireFini } from "#shared/sync/ww-context";
import { wwMutexLock, wwMutexLockSlow, wwMutexUnlock } from "#shared/sync/ww-mutex";
import type { Program } from "../program.ts";
import { must, untilAsleep } from "./helpers.ts";
import {
  type Algorithm,
  beginInOrder,
  isWounded,
  layOut,
  lockAt,
  mustAllRest,
  reach,
  reached,
  stampsFrom,
} from "./ww-world.ts";

/** Who meets whom. Task 0 is always the older transaction, task 1 the younger; task 2 has none. */
export type Meeting =
  | "the younger asks, holding another lock"
  | "the younger asks, holding nothing"
  | "the older asks, holding another lock"
  | "the older asks, holding nothing"
  | "the holder has no context"
  | "the older queues in front of the younger"
  | "the younger finds the older in the queue";

type Params = { tasks: number; algorithm: Algorithm; meeting: Meeting; stampsFrom: number };

const LOCKS = 3;

/** A requester meets a holder or a waiter: who waits, who is told to back off. Returns each task's error. */
const wwAge: Program<Params> = {
  name: "ww-age",

  *setup(heap, params) {
    const root = yield* layOut(heap, params.algorithm, params.tasks, LOCKS);
    stampsFrom(root, params.stampsFrom);
    return root;
  },

  *task(root, task, params) {
    if (task === 2) return yield* bystander(root, params);
    const ctx = yield* beginInOrder(root, task);
    yield* reached(root, 2);
    const error = yield* meet(root, task, ctx, params.meeting);
    yield* wwAcquireFini(ctx);
    return error;
  },

  *check(root) {
    yield* reached(root, 0);
    mustAllRest(root, LOCKS);
  },
};

export default wwAge;

function* meet(root: Addr, task: number, ctx: Addr, meeting: Meeting): Step<number> {
  switch (meeting) {
    case "the younger asks, holding another lock":
      return task === 0 ? yield* holds(root, ctx, 1) : yield* asks(root, ctx, true);
    case "the younger asks, holding nothing":
      return task === 0 ? yield* holds(root, ctx, 1) : yield* asks(root, ctx, false);
    case "the older asks, holding another lock":
      return task === 1 ? yield* holds(root, ctx, 0) : yield* asks(root, ctx, true);
    case "the older asks, holding nothing":
      return task === 1 ? yield* holds(root, ctx, 0) : yield* asks(root, ctx, false);
    case "the holder has no context":
      return task === 0 ? 0 : yield* asks(root, ctx, true);
    case "the older queues in front of the younger":
      return yield* queues(root, task, ctx, 1);
    case "the younger finds the older in the queue":
      return yield* queues(root, task, ctx, 0);
  }
}

/** Holds lock 0 until the other one, `asker`, sleeps or is through. */
function* holds(root: Addr, ctx: Addr, asker: number): Step<number> {
  must((yield* wwMutexLock(lockAt(root, 0), ctx)) === 0, "a free lock was refused");
  yield* reach(root, 3);
  // Told to back off, the asker drops what it holds and comes again: it sleeps then at the latest.
  yield* untilAsleep(asker);
  const wounded = isWounded(ctx);
  if (wounded) {
    // Wounded, but lazily: what nobody contends for is still had.
    must((yield* wwMutexLock(lockAt(root, 2), ctx)) === 0, "a free lock was refused to a wounded holder");
    yield* wwMutexUnlock(lockAt(root, 2));
  }
  yield* wwMutexUnlock(lockAt(root, 0));
  return wounded ? EDEADLK : 0;
}

function* asks(root: Addr, ctx: Addr, holding: boolean): Step<number> {
  yield* reached(root, 3);
  if (holding) must((yield* wwMutexLock(lockAt(root, 1), ctx)) === 0, "a free lock was refused");
  const error = yield* wwMutexLock(lockAt(root, 0), ctx);
  if (holding) yield* wwMutexUnlock(lockAt(root, 1));
  if (error === EDEADLK) yield* wwMutexLockSlow(lockAt(root, 0), ctx);
  yield* wwMutexUnlock(lockAt(root, 0));
  return error;
}

/** Both queue behind a holder without a context, `first` first. Both hold a lock of their own. */
function* queues(root: Addr, task: number, ctx: Addr, first: number): Step<number> {
  must((yield* wwMutexLock(lockAt(root, 1 + task), ctx)) === 0, "a free lock was refused");
  yield* reached(root, 3);
  if (task !== first) yield* untilAsleep(first);
  const error = yield* wwMutexLock(lockAt(root, 0), ctx);
  yield* wwMutexUnlock(lockAt(root, 1 + task));
  if (error === EDEADLK) yield* wwMutexLockSlow(lockAt(root, 0), ctx);
  must(peek(ctx + WwContext.at.acquired) === 1, "holds something else than the one lock");
  // Task 0 is the older: whenever it came, it is served first.
  if (task === 0) yield* reach(root, 4);
  else yield* reached(root, 4);
  yield* wwMutexUnlock(lockAt(root, 0));
  return error;
}

/** Task 2 holds lock 0 without a context until the others sleep. */
function* bystander(root: Addr, params: Params): Step<number> {
  yield* reached(root, 2);
  must((yield* wwMutexLock(lockAt(root, 0), 0)) === 0, "a free lock was refused");
  yield* reach(root, 3);
  // When the older one sleeps it has woken the younger, which sleeps again once it has backed off.
  if (params.meeting !== "the holder has no context") yield* untilAsleep(0);
  yield* untilAsleep(1);
  yield* wwMutexUnlock(lockAt(root, 0));
  return 0;
}
