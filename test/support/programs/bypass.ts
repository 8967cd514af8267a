import { type Addr, load, observe, peek, type Step, store } from "#shared/atomic/index";
import { allocate, allocateWords } from "#shared/memory/object";
import { Mutex, mutexLock, mutexUnlock } from "#shared/sync/mutex";
import { downRead, downWrite, Rwsem, upRead, upWrite } from "#shared/sync/rwsem";
import { WwClass, WwContext, wwAcquireFini, wwAcquireInit, wwClassInit } from "#shared/sync/ww-context";
import { WwMutex, wwMutexInit, wwMutexLock, wwMutexUnlock } from "#shared/sync/ww-mutex";
import type { Program } from "../program.ts";
import { must, mustRest } from "./helpers.ts";

/** What the patient task waits for. */
export type Patience = "mutex" | "ww-alone" | "ww-context" | "rwsem-write" | "rwsem-read";

type Params = { tasks: number; rounds: number; way: Patience };

const LOCK = 0;
const CLASS = 1;
const CONTEXT = 2;
const DONE = 3;
const PASSED = 4;

/**
 * One patient task asks once; the others take the lock again and again. Returns, for the patient task, how often
 * it was passed: locks taken by others while it stood first in the queue.
 */
const bypass: Program<Params> = {
  name: "bypass",

  *setup(heap, params) {
    const root = yield* allocateWords(heap, 1, 5);
    const wwClass = yield* allocate(heap, WwClass);
    yield* wwClassInit(wwClass, "wound-wait");
    const lock = yield* allocate(heap, params.way.startsWith("rwsem") ? Rwsem : WwMutex);
    if (params.way.startsWith("ww-")) yield* wwMutexInit(lock, wwClass);
    yield* store(root + LOCK, lock);
    yield* store(root + CLASS, wwClass);
    yield* store(root + CONTEXT, yield* allocate(heap, WwContext));
    return root;
  },

  *task(root, task, params) {
    const lock = yield* load(root + LOCK);
    if (task === 0) {
      yield* asksOnce(root, lock, params.way);
      yield* store(root + DONE, 1);
      return peek(root + PASSED);
    }
    for (let round = 0; round < params.rounds; round++) {
      yield* takes(lock, params.way);
      // Mutex and rwsem have their queue in the same place. Link 1 is task 0.
      if (observe(lock + Rwsem.at.waiters) === 1) yield* store(root + PASSED, peek(root + PASSED) + 1);
      yield* drops(lock, params.way);
      if ((yield* load(root + DONE)) !== 0) break;
    }
    return 0;
  },

  *check(root, params) {
    const lock = yield* load(root + LOCK);
    mustRest(lock, params.way === "mutex" ? Mutex.size : 5, params.way);
  },
};

export default bypass;

function* asksOnce(root: Addr, lock: Addr, way: Patience): Step<void> {
  if (way === "rwsem-read") {
    yield* downRead(lock);
    return yield* upRead(lock);
  }
  if (way !== "ww-context") {
    yield* takes(lock, way);
    return yield* drops(lock, way);
  }
  const ctx = yield* load(root + CONTEXT);
  yield* wwAcquireInit(ctx, yield* load(root + CLASS));
  must((yield* wwMutexLock(lock, ctx)) === 0, "told to back off while holding nothing");
  yield* wwMutexUnlock(lock);
  yield* wwAcquireFini(ctx);
}

function* takes(lock: Addr, way: Patience): Step<void> {
  if (way.startsWith("rwsem")) return yield* downWrite(lock);
  if (way === "mutex") return yield* mutexLock(lock);
  must((yield* wwMutexLock(lock, 0)) === 0, "refused without a context");
}

function* drops(lock: Addr, way: Patience): Step<void> {
  if (way.startsWith("rwsem")) return yield* upWrite(lock);
  if (way === "mutex") return yield* mutexUnlock(lock);
  yield* wwMutexUnlock(lock);
}
