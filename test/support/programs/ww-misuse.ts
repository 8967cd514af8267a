import { type Addr, poke, type Step, write } from "#shared/atomic/index";
import { EDEADLK } from "#shared/errno";
import { mutexLock, mutexLockInterruptible, mutexTrylock, mutexUnlock } from "#shared/sync/mutex";
import { WwContext, wwAcquireDone, wwAcquireFini, wwAcquireInit } from "#shared/sync/ww-context";
import { forgetContended } from "#shared/sync/ww-debug";
import { WwMutex, wwMutexLock, wwMutexLockSlow, wwMutexTrylock, wwMutexUnlock } from "#shared/sync/ww-mutex";
import type { Program } from "../program.ts";
import { must, untilAsleep } from "./helpers.ts";
import {
  type Algorithm,
  begin,
  beginInOrder,
  contextAt,
  holderOf,
  layOut,
  lockAt,
  otherClassOf,
  reach,
  reached,
} from "./ww-world.ts";

type Params = { tasks: number; algorithm: Algorithm; misuse: string };

const LOCKS = 4;

interface Case {
  readonly run: (root: Addr, ctx: Addr) => Step<void>;
}

/** Cases of kernel/locking/selftest for one task, by the numbers of locks.md A5. Those that start with "ok" are silent. */
const alone: Readonly<Record<string, Case>> = {
  "ok S2: plain calls never touch the context": {
    *run(root) {
      const lock = lockAt(root, 0);
      yield* mutexLock(lock);
      must(holderOf(lock) === 0, "mutexLock set a context");
      must(!(yield* mutexTrylock(lock)), "tried a held lock, and got it");
      yield* mutexUnlock(lock);
      must((yield* mutexLockInterruptible(lock)) === 0, "a free lock was refused");
      yield* mutexUnlock(lock);
      must(yield* mutexTrylock(lock), "a free lock could not be tried");
      must(holderOf(lock) === 0, "mutexTrylock set a context");
      yield* mutexUnlock(lock);
    },
  },
  "S3: a slow lock without EDEADLK before": {
    *run(root, ctx) {
      yield* wwMutexLockSlow(lockAt(root, 0), ctx);
      yield* wwMutexUnlock(lockAt(root, 0));
    },
  },
  "S4: two live contexts of one class in a task": {
    *run(root) {
      yield* begin(root, 1);
    },
  },
  "ok S4: two live contexts of two classes in a task": {
    *run(root) {
      yield* wwAcquireInit(contextAt(root, 1), otherClassOf(root));
      yield* wwAcquireFini(contextAt(root, 1));
    },
  },
  "S5: a context of another class": {
    *run(root) {
      const other = contextAt(root, 1);
      yield* wwAcquireInit(other, otherClassOf(root));
      yield* wwMutexLock(lockAt(root, 0), other);
      yield* wwMutexUnlock(lockAt(root, 0));
      yield* wwAcquireFini(other);
    },
  },
  "ok S6: done once": {
    *run(root, ctx) {
      yield* wwMutexLock(lockAt(root, 0), ctx);
      yield* wwAcquireDone(ctx);
      yield* wwMutexUnlock(lockAt(root, 0));
    },
  },
  "S6: done twice": {
    *run(_root, ctx) {
      yield* wwAcquireDone(ctx);
      yield* wwAcquireDone(ctx);
    },
  },
  "S7: fini twice": {
    *run(_root, ctx) {
      yield* wwAcquireFini(ctx);
    },
  },
  "S8: fini while holding": {
    *run(root, ctx) {
      yield* wwMutexLock(lockAt(root, 0), ctx);
    },
  },
  "S9: a lock after done": {
    *run(root, ctx) {
      yield* wwAcquireDone(ctx);
      yield* wwMutexLock(lockAt(root, 0), ctx);
      yield* wwMutexUnlock(lockAt(root, 0));
    },
  },
  "S9: a trylock after done": {
    *run(root, ctx) {
      yield* wwAcquireDone(ctx);
      yield* wwMutexTrylock(lockAt(root, 0), ctx);
      yield* wwMutexUnlock(lockAt(root, 0));
    },
  },
  "S10: unlock twice": {
    *run(root, ctx) {
      yield* wwMutexLock(lockAt(root, 0), ctx);
      yield* wwMutexUnlock(lockAt(root, 0));
      yield* wwMutexUnlock(lockAt(root, 0));
    },
  },
  "S11: nothing counted as acquired at unlock": {
    *run(root, ctx) {
      yield* wwMutexLock(lockAt(root, 0), ctx);
      yield* write(ctx + WwContext.at.acquired, 0);
      yield* wwMutexUnlock(lockAt(root, 0));
      yield* write(ctx + WwContext.at.acquired, 0);
    },
  },
  "S12: a lock that still names a context": {
    *run(root, ctx) {
      poke(lockAt(root, 0) + WwMutex.at.ctx, contextAt(root, 1));
      yield* wwMutexLock(lockAt(root, 0), ctx);
      yield* wwMutexUnlock(lockAt(root, 0));
    },
  },
};

/** Cases that begin with EDEADLK on lock 1, holding lock 0. Task 0 holds locks 1 and 2, older, until stage 4. */
const contended: Readonly<Record<string, Case>> = {
  "ok S13: unlock all, then lock the same": {
    *run(root, ctx) {
      yield* released(root);
      must((yield* wwMutexLock(lockAt(root, 1), ctx)) === 0, "the contended lock was refused");
      yield* wwMutexUnlock(lockAt(root, 1));
    },
  },
  "ok S13: unlock all, then lock the same slowly": {
    *run(root, ctx) {
      yield* released(root);
      yield* wwMutexLockSlow(lockAt(root, 1), ctx);
      yield* wwMutexUnlock(lockAt(root, 1));
    },
  },
  "ok S13: unlock all, give the contended lock up, go on with another": {
    *run(root, ctx) {
      yield* released(root);
      forgetContended(ctx);
      must((yield* wwMutexLock(lockAt(root, 3), ctx)) === 0, "a free lock was refused");
      yield* wwMutexUnlock(lockAt(root, 3));
    },
  },
  "S14: lock the same without unlocking first": {
    *run(root, ctx) {
      yield* holdersGone(root);
      yield* wwMutexLock(lockAt(root, 1), ctx);
      yield* bothUnlocked(root);
    },
  },
  "S14: lock the same slowly without unlocking first": {
    *run(root, ctx) {
      yield* holdersGone(root);
      yield* wwMutexLockSlow(lockAt(root, 1), ctx);
      yield* bothUnlocked(root);
    },
  },
  "S15: another lock while one is pending": {
    *run(root, ctx) {
      yield* wwMutexLock(lockAt(root, 3), ctx);
      yield* wwMutexUnlock(lockAt(root, 3));
      yield* released(root);
    },
  },
  "S15: another lock slowly while one is pending": {
    *run(root, ctx) {
      yield* wwMutexLockSlow(lockAt(root, 3), ctx);
      yield* wwMutexUnlock(lockAt(root, 3));
      yield* released(root);
    },
  },
  "S15: EDEADLK on another lock while one is pending": {
    *run(root, ctx) {
      must((yield* wwMutexLock(lockAt(root, 2), ctx)) === EDEADLK, "EDEADLK expected");
      yield* released(root);
    },
  },
  "S16: unlock all, then a different lock": {
    *run(root, ctx) {
      yield* released(root);
      yield* wwMutexLock(lockAt(root, 3), ctx);
      yield* wwMutexUnlock(lockAt(root, 3));
    },
  },
  "S16: unlock all, then a different lock slowly": {
    *run(root, ctx) {
      yield* released(root);
      yield* wwMutexLockSlow(lockAt(root, 3), ctx);
      yield* wwMutexUnlock(lockAt(root, 3));
    },
  },
};

const lonely = "S18: a lock without a context while one holds others";

/** Every case. */
export const misuses: readonly string[] = [...Object.keys(alone), ...Object.keys(contended), lonely];

/** What CONFIG_DEBUG_WW_MUTEXES warns of. */
const wwMisuse: Program<Params> = {
  name: "ww-misuse",

  *setup(heap, params) {
    return yield* layOut(heap, params.algorithm, 2, LOCKS);
  },

  *task(root, task, params) {
    const single = alone[params.misuse];
    if (single !== undefined) {
      if (task !== 0) return;
      const ctx = yield* begin(root, 0);
      yield* single.run(root, ctx);
      return yield* wwAcquireFini(ctx);
    }
    const ctx = yield* beginInOrder(root, task);
    yield* reached(root, 2);
    if (task === 0) yield* holder(root, ctx, params.misuse === lonely);
    else if (params.misuse === lonely) yield* blocksAlone(root, ctx);
    else yield* requester(root, ctx, params.misuse);
    yield* wwAcquireFini(ctx);
  },
};

export default wwMisuse;

function* holder(root: Addr, ctx: Addr, waits: boolean): Step<void> {
  yield* wwMutexLock(lockAt(root, 1), ctx);
  yield* wwMutexLock(lockAt(root, 2), ctx);
  yield* reach(root, 3);
  if (waits) yield* untilAsleep(1);
  else yield* reached(root, 4);
  yield* wwMutexUnlock(lockAt(root, 2));
  yield* wwMutexUnlock(lockAt(root, 1));
  if (!waits) yield* reach(root, 5);
}

function* requester(root: Addr, ctx: Addr, misuse: string): Step<void> {
  must((yield* wwMutexLock(lockAt(root, 0), ctx)) === 0, "a free lock was refused");
  yield* reached(root, 3);
  must((yield* wwMutexLock(lockAt(root, 1), ctx)) === EDEADLK, "EDEADLK expected");
  const play = contended[misuse];
  must(play !== undefined, `no case '${misuse}'`);
  if (play !== undefined) yield* play.run(root, ctx);
}

function* blocksAlone(root: Addr, ctx: Addr): Step<void> {
  yield* wwMutexLock(lockAt(root, 0), ctx);
  yield* reached(root, 3);
  yield* wwMutexLock(lockAt(root, 1), 0);
  yield* wwMutexUnlock(lockAt(root, 1));
  yield* wwMutexUnlock(lockAt(root, 0));
}

/** Backs off, and waits until the older one has released its locks. */
function* released(root: Addr): Step<void> {
  yield* wwMutexUnlock(lockAt(root, 0));
  yield* holdersGone(root);
}

function* holdersGone(root: Addr): Step<void> {
  yield* reach(root, 4);
  yield* reached(root, 5);
}

function* bothUnlocked(root: Addr): Step<void> {
  yield* wwMutexUnlock(lockAt(root, 1));
  yield* wwMutexUnlock(lockAt(root, 0));
}
