import { type Addr, load, read, type Step, store, write } from "#shared/atomic/index";
import { allocate, allocateWords } from "#shared/memory/object";
import { setLockPolicy } from "#shared/sync/lock-policy";
import { Mutex, mutexLock, mutexUnlock } from "#shared/sync/mutex";
import { PASSED, SPINNER } from "#shared/sync/owner-word";
import { WwClass, WwContext, wwAcquireFini, wwAcquireInit, wwClassInit } from "#shared/sync/ww-context";
import { WwMutex, wwMutexInit, wwMutexLock, wwMutexUnlock } from "#shared/sync/ww-mutex";
import type { Program } from "../program.ts";
import { enter, leave, must } from "./helpers.ts";

type Params = { tasks: number; cores: number; rounds: number; way: "mutex" | "ww-context" };

const OCCUPIED = 0;
const COUNT = 1;
const LOCK = 2;
const CLASS = 3;
const CONTEXTS = 4;

/** Tasks that are more than the cores they are told of count together under one lock, again and again. */
const crowd: Program<Params> = {
  name: "crowd",

  *setup(heap, { tasks, way }) {
    const root = yield* allocateWords(heap, 1, CONTEXTS + tasks);
    const wwClass = yield* allocate(heap, WwClass);
    yield* wwClassInit(wwClass, "wound-wait");
    const lock = yield* allocate(heap, way === "mutex" ? Mutex : WwMutex);
    if (way === "ww-context") yield* wwMutexInit(lock, wwClass);
    yield* store(root + LOCK, lock);
    yield* store(root + CLASS, wwClass);
    for (let task = 0; task < tasks; task++) {
      const ctx = yield* allocate(heap, WwContext);
      yield* store(root + CONTEXTS + task, ctx);
    }
    return root;
  },

  *task(root, task, { cores, rounds, way }) {
    const lock = yield* load(root + LOCK);
    const ctx = yield* load(root + CONTEXTS + task);
    setLockPolicy("bounded", cores);
    try {
      if (way === "ww-context") yield* wwAcquireInit(ctx, yield* load(root + CLASS));
      for (let round = 0; round < rounds; round++) {
        if (way === "mutex") yield* mutexLock(lock);
        else must((yield* wwMutexLock(lock, ctx)) === 0, "a context without locks is told to back off");
        yield* counted(root);
        if (way === "mutex") yield* mutexUnlock(lock);
        else yield* wwMutexUnlock(lock);
      }
      if (way === "ww-context") yield* wwAcquireFini(ctx);
    } finally {
      setLockPolicy("bounded");
    }
    return rounds;
  },

  *check(root, { tasks, rounds }) {
    const count = yield* read(root + COUNT);
    must(count === tasks * rounds, `${count} counted of ${tasks * rounds}`);
    // Whoever was last may have counted on others that are only off their cores.
    const word = (yield* load(yield* load(root + LOCK))) & ~(SPINNER | PASSED);
    must(word === 0, `the lock's word is 0x${word.toString(16)} at rest`);
  },
};
export default crowd;

function* counted(root: Addr): Step<void> {
  yield* enter(root + OCCUPIED);
  yield* write(root + COUNT, (yield* read(root + COUNT)) + 1);
  yield* leave(root + OCCUPIED);
}
