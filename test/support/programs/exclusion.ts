import { type Addr, cpuRelax, load, read, type Step, store, write } from "#shared/atomic/index";
import { allocate, allocateWords } from "#shared/memory/object";
import {
  Mutex,
  mutexIsHeld,
  mutexLock,
  mutexLockInterruptible,
  mutexTrylock,
  mutexUnlock,
} from "#shared/sync/mutex";
import { rawSpinLock, rawSpinUnlock } from "#shared/sync/raw-spin";
import { downgradeWrite, downWrite, downWriteTrylock, Rwsem, upRead, upWrite } from "#shared/sync/rwsem";
import { Spinlock, spinLock, spinTrylock, spinUnlock } from "#shared/sync/spinlock";
import { WwClass, WwContext, wwAcquireFini, wwAcquireInit, wwClassInit } from "#shared/sync/ww-context";
import {
  WwMutex,
  wwMutexInit,
  wwMutexIsHeld,
  wwMutexLock,
  wwMutexLockInterruptible,
  wwMutexTrylock,
  wwMutexUnlock,
} from "#shared/sync/ww-mutex";
import type { Program } from "../program.ts";
import { enter, leave, must, mustRest } from "./helpers.ts";

/** Every way to hold something alone. */
export type Way =
  | "raw-spin"
  | "spinlock"
  | "spin-trylock"
  | "mutex"
  | "mutex-interruptible"
  | "mutex-trylock"
  | "rwsem-write"
  | "rwsem-write-trylock"
  | "rwsem-downgrade"
  | "ww-alone"
  | "ww-interruptible"
  | "ww-context"
  | "ww-trylock"
  | "ww-mixed";

type Params = { tasks: number; rounds: number; way: Way; algorithm: "wait-die" | "wound-wait" };

const OCCUPIED = 0;
const COUNT = 1;
const LOCK = 2;
const CONTEXTS = 3;

/** Tasks count together under one lock: nobody is inside with another, and no count is lost. */
const exclusion: Program<Params> = {
  name: "exclusion",

  *setup(heap, params) {
    const root = yield* allocateWords(heap, 1, CONTEXTS + params.tasks);
    const wwClass = yield* allocate(heap, WwClass);
    yield* wwClassInit(wwClass, params.algorithm);
    const lock = yield* allocate(heap, layoutOf(params.way));
    if (params.way.startsWith("ww-")) yield* wwMutexInit(lock, wwClass);
    yield* store(root + LOCK, lock);
    for (let task = 0; task < params.tasks; task++) {
      const ctx = yield* allocate(heap, WwContext);
      // Where the class is found; a context not in use has no other use for the word.
      yield* write(ctx + WwContext.at.contending, wwClass);
      yield* store(root + CONTEXTS + task, ctx);
    }
    return root;
  },

  *task(root, task, params) {
    const lock = yield* load(root + LOCK);
    const ctx = yield* load(root + CONTEXTS + task);
    const wwClass = yield* read(ctx + WwContext.at.contending);
    for (let round = 0; round < params.rounds; round++) {
      const way = params.way === "ww-mixed" ? mixed(task, round) : params.way;
      const inContext = way === "ww-context" || way === "ww-trylock";
      if (inContext) yield* wwAcquireInit(ctx, wwClass);
      yield* take(way, lock, ctx);
      yield* enter(root + OCCUPIED);
      yield* write(root + COUNT, (yield* read(root + COUNT)) + 1);
      yield* leave(root + OCCUPIED);
      yield* drop(way, lock);
      if (inContext) yield* wwAcquireFini(ctx);
    }
    return params.rounds;
  },

  *check(root, params) {
    const count = yield* read(root + COUNT);
    must(count === params.tasks * params.rounds, `${count} counted of ${params.tasks * params.rounds}`);
    const lock = yield* load(root + LOCK);
    // Owner (or count), wait lock and queue come first in each of them.
    mustRest(lock, Math.min(layoutOf(params.way).size, 5), params.way);
  },
};

export default exclusion;

function mixed(task: number, round: number): Way {
  const ways: readonly Way[] = ["ww-alone", "ww-context", "ww-trylock", "ww-interruptible"];
  return ways[(task + round) % ways.length] ?? "ww-alone";
}

function layoutOf(way: Way): typeof Spinlock | typeof Mutex | typeof Rwsem | typeof WwMutex {
  if (way === "raw-spin" || way.startsWith("spin")) return Spinlock;
  if (way.startsWith("mutex")) return Mutex;
  return way.startsWith("rwsem") ? Rwsem : WwMutex;
}

function* take(way: Way, lock: Addr, ctx: Addr): Step<void> {
  switch (way) {
    case "raw-spin":
      return yield* rawSpinLock(lock);
    case "spinlock":
      return yield* spinLock(lock);
    case "spin-trylock":
      for (let turn = 0; !(yield* spinTrylock(lock)); turn++) yield* cpuRelax(turn);
      return;
    case "mutex":
      return yield* mutexLock(lock);
    case "mutex-interruptible":
      return must((yield* mutexLockInterruptible(lock)) === 0, "interrupted without a signal");
    case "mutex-trylock":
      for (let turn = 0; !(yield* mutexTrylock(lock)); turn++) yield* cpuRelax(turn);
      return;
    case "rwsem-write":
    case "rwsem-downgrade":
      return yield* downWrite(lock);
    case "rwsem-write-trylock":
      for (let turn = 0; !(yield* downWriteTrylock(lock)); turn++) yield* cpuRelax(turn);
      return;
    case "ww-alone":
      return must((yield* wwMutexLock(lock, 0)) === 0, "refused without a context");
    case "ww-interruptible":
      return must((yield* wwMutexLockInterruptible(lock, 0)) === 0, "interrupted without a signal");
    case "ww-context":
      return must((yield* wwMutexLock(lock, ctx)) === 0, "told to back off while holding nothing");
    case "ww-trylock":
      for (let turn = 0; !(yield* wwMutexTrylock(lock, ctx)); turn++) yield* cpuRelax(turn);
      return;
    case "ww-mixed":
      return;
  }
}

function* drop(way: Way, lock: Addr): Step<void> {
  switch (way) {
    case "raw-spin":
      return yield* rawSpinUnlock(lock);
    case "spinlock":
    case "spin-trylock":
      return yield* spinUnlock(lock);
    case "mutex":
    case "mutex-interruptible":
    case "mutex-trylock":
      must(yield* mutexIsHeld(lock), "not held while held");
      return yield* mutexUnlock(lock);
    case "rwsem-write":
    case "rwsem-write-trylock":
      return yield* upWrite(lock);
    case "rwsem-downgrade":
      yield* downgradeWrite(lock);
      return yield* upRead(lock);
    default:
      must(yield* wwMutexIsHeld(lock), "not held while held");
      return yield* wwMutexUnlock(lock);
  }
}
