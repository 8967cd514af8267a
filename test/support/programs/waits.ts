import { type Addr, load, peek, type Step, store } from "#shared/atomic/index";
import { EINTR } from "#shared/errno";
import { mutexLock, mutexLockInterruptible, mutexUnlock } from "#shared/sync/mutex";
import { WwContext, wwAcquireFini } from "#shared/sync/ww-context";
import {
  wwMutexIsHeld,
  wwMutexLock,
  wwMutexLockInterruptible,
  wwMutexLockSlowInterruptible,
  wwMutexUnlock,
} from "#shared/sync/ww-mutex";
import { TASK, taskBlock } from "#shared/task";
import type { Program } from "../program.ts";
import { append, entries, must, signal, until, untilAsleep } from "./helpers.ts";
import { begin, layOut, lockAt, logOf, mustAllRest, reach, reached, spare } from "./ww-world.ts";

/** The lock waited for. A ww-mutex starts with the words of a mutex, so one object serves for all. */
export type Kind = "mutex" | "ww-alone" | "ww-context" | "ww-slow";

/** What the tasks act out. Task 0 holds the lock. */
export type Play = "in turn" | "interrupted while asleep" | "interrupted before" | "signal against unlock";

type Params = { tasks: number; kind: Kind; play: Play };

/** Waiting for a mutex of any kind: in turn, and not after a signal. Returns each task's error. */
const waits: Program<Params> = {
  name: "waits",

  *setup(heap, params) {
    return yield* layOut(heap, "wound-wait", params.tasks, 1 + params.tasks);
  },

  *task(root, task, params) {
    switch (params.play) {
      case "in turn":
        return yield* inTurn(root, task, params);
      case "interrupted while asleep":
        return yield* interrupted(root, task, params);
      case "interrupted before":
        return yield* signalledBefore(root, task, params);
      case "signal against unlock":
        return yield* signalAgainstUnlock(root, task, params);
    }
  },

  *check(root, params) {
    yield* until(logOf(root), 0);
    mustAllRest(root, 1 + params.tasks);
  },
};

export default waits;

/** Who had the lock, in order. */
export function whoHad(root: Addr): number[] {
  return entries(logOf(root));
}

/** One lock call of the kind under test; in a context that holds a lock of its own already. */
function* lock(root: Addr, task: number, kind: Kind, interruptible: boolean): Step<number> {
  const at = lockAt(root, 0);
  switch (kind) {
    case "mutex":
      if (interruptible) return yield* mutexLockInterruptible(at);
      yield* mutexLock(at);
      return 0;
    case "ww-alone":
      return interruptible ? yield* wwMutexLockInterruptible(at, 0) : yield* wwMutexLock(at, 0);
    case "ww-context": {
      const ctx = yield* begin(root, task);
      must((yield* wwMutexLock(lockAt(root, 1 + task), ctx)) === 0, "a free lock was refused");
      return interruptible ? yield* wwMutexLockInterruptible(at, ctx) : yield* wwMutexLock(at, ctx);
    }
    case "ww-slow": {
      const ctx = yield* begin(root, task);
      // As after EDEADLK on this lock.
      yield* store(ctx + WwContext.at.contending, at);
      yield* store(ctx + WwContext.at.suspect, 1);
      return yield* wwMutexLockSlowInterruptible(at, ctx);
    }
  }
}

function* unlock(root: Addr, task: number, kind: Kind, error: number): Step<void> {
  if (error === 0) yield* append(logOf(root), task);
  if (error === 0 && kind === "mutex") yield* mutexUnlock(lockAt(root, 0));
  else if (error === 0) yield* wwMutexUnlock(lockAt(root, 0));
  if (kind === "ww-context") {
    // Whatever became of the wait, what the context held before it still holds.
    must(yield* wwMutexIsHeld(lockAt(root, 1 + task)), "a wait lost another lock");
    yield* wwMutexUnlock(lockAt(root, 1 + task));
  }
  const ctx = peek(taskBlock(task) + TASK.WW_CONTEXT);
  if (ctx !== 0) yield* wwAcquireFini(ctx);
}

/** All queue in the order of their numbers and are served in that order. */
function* inTurn(root: Addr, task: number, params: Params): Step<number> {
  if (task === 0) {
    const error = yield* lock(root, task, params.kind, false);
    yield* reach(root, 1);
    for (let other = 1; other < params.tasks; other++) yield* untilAsleep(other);
    yield* unlock(root, task, params.kind, error);
    return error;
  }
  yield* reached(root, 1);
  if (task > 1) yield* untilAsleep(task - 1);
  const error = yield* lock(root, task, params.kind, false);
  yield* unlock(root, task, params.kind, error);
  return error;
}

/** Task 1 sleeps and gets a signal, while the lock stays taken; task 2 waits behind it and is not disturbed. */
function* interrupted(root: Addr, task: number, params: Params): Step<number> {
  if (task === 0) {
    const error = yield* lock(root, task, "mutex", false);
    yield* reach(root, 1);
    yield* untilAsleep(1);
    yield* untilAsleep(2);
    yield* signal(1);
    yield* until(spare(root, 0), 1);
    yield* untilAsleep(2);
    yield* unlock(root, task, "mutex", error);
    return error;
  }
  yield* reached(root, 1);
  if (task === 2) yield* untilAsleep(1);
  const error = yield* lock(root, task, params.kind, task === 1);
  if (task === 1) yield* store(spare(root, 0), 1);
  yield* unlock(root, task, params.kind, error);
  return error;
}

/** A signal that was there before ends a wait at once, but never stops a lock that is free. */
function* signalledBefore(root: Addr, task: number, params: Params): Step<number> {
  if (task === 0) {
    yield* signal(0);
    const error = yield* lock(root, task, params.kind, true);
    must(error === 0, "a free lock was refused for a signal");
    yield* reach(root, 1);
    yield* until(spare(root, 0), 1);
    yield* unlock(root, task, params.kind, error);
    return error;
  }
  yield* reached(root, 1);
  yield* signal(task);
  const error = yield* lock(root, task, params.kind, true);
  yield* store(spare(root, 0), 1);
  yield* unlock(root, task, params.kind, error);
  return error;
}

/**
 * Task 1 waits and is signalled while the lock is released: it has the lock or EINTR. Task 2 only waits, and
 * gets the lock whatever became of task 1.
 */
function* signalAgainstUnlock(root: Addr, task: number, params: Params): Step<number> {
  if (task === 3) {
    yield* signal(1);
    return 0;
  }
  const error = yield* lock(root, task, params.kind, task === 1);
  must(error === 0 || (task === 1 && error === EINTR), `0 or EINTR expected, got ${error}`);
  must(error !== 0 || (yield* load(spare(root, 1))) === 0, "two tasks hold the lock");
  if (error === 0) yield* store(spare(root, 1), 1);
  if (error === 0) yield* store(spare(root, 1), 0);
  yield* unlock(root, task, params.kind, error);
  return error;
}
