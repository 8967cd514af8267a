import { type Addr, cpuRelax, milliseconds, peek, poke, type Step } from "#shared/atomic/index";
import { EALREADY, EDEADLK } from "#shared/errno";
import { allocate } from "#shared/memory/object";
import { Completion, complete, completionDone, waitForCompletion } from "#shared/sync/completion";
import { wwAcquireFini } from "#shared/sync/ww-context";
import { wwMutexLock, wwMutexLockSlow, wwMutexTrylock, wwMutexUnlock } from "#shared/sync/ww-mutex";
import type { Program } from "../program.ts";
import { must } from "./helpers.ts";
import { type Algorithm, begin, holderOf, layOut, lockAt, mustAllRest, spare } from "./ww-world.ts";

/** Tests of kernel/locking/test-ww_mutex.c, by the letters of locks.md A5. */
export type Test = "T1" | "T2" | "T3" | "T4";

type Params = {
  tasks: number;
  test: Test;
  algorithm: Algorithm;
  mutant: number;
  /** T1: the holder spins instead of sleeping, the other one tries instead of waiting, the holder has a context. */
  spins: number;
  tries: number;
  inContext: number;
  /** T2, T3: the first lock is taken by trylock. */
  trylock: number;
  /** T3: the side that is told to back off does. */
  resolves: number;
};

const GO = 0;
const READY = 4;
const DONE = 8;

/** The first four tests of the kernel's ww_mutex suite. */
const wwBasics: Program<Params> = {
  name: "ww-basics",

  *setup(heap, params) {
    const root = yield* layOut(heap, params.algorithm, params.tasks, params.tasks, params.mutant);
    for (let word = 0; word < 4; word++) {
      poke(spare(root, READY + word), yield* allocate(heap, Completion));
    }
    poke(spare(root, GO), yield* allocate(heap, Completion));
    poke(spare(root, DONE), yield* allocate(heap, Completion));
    return root;
  },

  *task(root, task, params) {
    switch (params.test) {
      case "T1":
        return yield* heldUntilUnlocked(root, task, params);
      case "T2":
        return yield* sameTaskTwice(root, task, params);
      case "T3":
        return yield* crossed(root, task, params);
      case "T4":
        return yield* ring(root, task, params);
    }
  },

  *check(root, params) {
    yield* completionDone(peek(spare(root, GO)));
    mustAllRest(root, params.tasks);
  },
};

export default wwBasics;

/** While task 0 holds the lock, task 1 does not get it; after that it does. Task 2 is the alarm clock. */
function* heldUntilUnlocked(root: Addr, task: number, params: Params): Step<number> {
  const lock = lockAt(root, 0);
  const ready = peek(spare(root, READY));
  const go = peek(spare(root, GO));
  const nap = peek(spare(root, READY + 1));
  const done = peek(spare(root, DONE));
  if (task === 0) {
    const ctx = params.inContext === 0 ? 0 : yield* begin(root, task);
    yield* waitForCompletion(ready);
    must((yield* wwMutexLock(lock, ctx)) === 0, "a free lock was refused");
    yield* complete(go);
    if (params.spins === 0) yield* waitForCompletion(nap);
    else yield* spinFor(done, 3);
    must(!(yield* completionDone(done)), "the other one got a lock that is held");
    yield* wwMutexUnlock(lock);
    yield* waitForCompletion(done);
    if (ctx !== 0) yield* wwAcquireFini(ctx);
    return 0;
  }
  if (task === 1) {
    yield* complete(ready);
    yield* waitForCompletion(go);
    if (params.tries === 0) yield* wwMutexLock(lock, 0);
    else for (let turn = 0; !(yield* wwMutexTrylock(lock, 0)); turn++) yield* cpuRelax(turn);
    yield* complete(done);
    yield* wwMutexUnlock(lock);
    return 0;
  }
  // The clock rings once the lock has been held for a while.
  if (params.spins !== 0) return 0;
  yield* spinFor(done, 3);
  yield* complete(nap);
  return 0;
}

/** Looks at `done` for a few milliseconds (in the stepped build: a few times). */
function* spinFor(done: Addr, span: number): Step<void> {
  const until = milliseconds() + span;
  for (;;) {
    if (yield* completionDone(done)) return;
    if (milliseconds() >= until) return;
  }
}

function* first(lock: Addr, ctx: Addr, trylock: number): Step<void> {
  if (trylock === 0) return must((yield* wwMutexLock(lock, ctx)) === 0, "the first lock was refused");
  for (let turn = 0; !(yield* wwMutexTrylock(lock, ctx)); turn++) yield* cpuRelax(turn);
}

/** AA: a lock that this task holds cannot be tried, and locking it says so; one unlock frees it. */
function* sameTaskTwice(root: Addr, task: number, params: Params): Step<number> {
  const lock = lockAt(root, task);
  const ctx = yield* begin(root, task);
  yield* first(lock, ctx, params.trylock);
  must(!(yield* wwMutexTrylock(lock, 0)), "tried a held lock without a context, and got it");
  must(!(yield* wwMutexTrylock(lock, ctx)), "tried a held lock, and got it");
  const error = yield* wwMutexLock(lock, ctx);
  must(error === EALREADY, `EALREADY expected, got ${error}`);
  yield* wwMutexUnlock(lock);
  must(yield* wwMutexTrylock(lock, 0), "one unlock did not free it");
  yield* wwMutexUnlock(lock);
  yield* wwAcquireFini(ctx);
  return error;
}

/** ABBA: each side holds one lock and asks for the other's. Returns the error of the second lock. */
function* crossed(root: Addr, task: number, params: Params): Step<number> {
  return yield* holdAndAsk(root, task, lockAt(root, task), lockAt(root, 1 - task), 1 - task, params);
}

/** A ring of tasks: each holds lock i and asks for i+1. All get through. */
function* ring(root: Addr, task: number, params: Params): Step<number> {
  const next = (task + 1) % params.tasks;
  return yield* holdAndAsk(root, task, lockAt(root, task), lockAt(root, next), next, params);
}

function* holdAndAsk(
  root: Addr,
  task: number,
  mine: Addr,
  other: Addr,
  neighbour: number,
  params: Params,
): Step<number> {
  const ctx = yield* begin(root, task);
  yield* first(mine, ctx, params.trylock);
  must(holderOf(mine) === ctx, "the lock does not name its context");
  yield* complete(peek(spare(root, READY + task)));
  yield* waitForCompletion(peek(spare(root, READY + neighbour)));
  let [held, wanted] = [mine, other];
  let error = yield* wwMutexLock(wanted, ctx);
  // The kernel's test backs off once; in a ring the lock given up can be taken by an older one meanwhile.
  while (error === EDEADLK && params.resolves !== 0) {
    yield* wwMutexUnlock(held);
    yield* wwMutexLockSlow(wanted, ctx);
    [held, wanted] = [wanted, held];
    error = yield* wwMutexLock(wanted, ctx);
  }
  if (error === 0) yield* wwMutexUnlock(wanted);
  yield* wwMutexUnlock(held);
  yield* wwAcquireFini(ctx);
  return error;
}
