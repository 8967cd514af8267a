import type { Addr, Step } from "#shared/atomic/index";
import { EDEADLK } from "#shared/errno";
import { WwClass, WwContext, wwAcquireInit, wwClassInit } from "#shared/sync/ww-context";
import {
  WwMutex,
  wwMutexInit,
  wwMutexLock,
  wwMutexLockInterruptible,
  wwMutexLockSlow,
  wwMutexTrylock,
  wwMutexUnlock,
} from "#shared/sync/ww-mutex";
import { currentTask, setCurrentTask } from "#shared/task";
import type { Perform, Subject, Task } from "./program.ts";
import { sendSignal } from "./subjects.ts";

/** The operations on a lock, each with the context of the running task. */
export type WwOperations = Readonly<Record<string, (lock: Addr, ctx: Addr) => Step<unknown>>>;

/** What the project's ww-mutex offers. */
export const wwOperations: WwOperations = {
  lock: wwMutexLock,
  "lock interruptible": wwMutexLockInterruptible,
  slow: wwMutexLockSlow,
  try: wwMutexTrylock,
  alone: (lock) => wwMutexLock(lock, 0),
  unlock: wwMutexUnlock,
};

/** Where a lock is in the world of a ww subject. */
export const lockAt = (world: Addr, index: number): Addr => world + WwClass.size + index * WwMutex.size;
const contextAt = (world: Addr, locks: number, task: number): Addr =>
  lockAt(world, locks) + task * WwContext.size;

/** Some ww-mutexes of one class, and an open context for each task, the first task's the oldest. */
export function wwSubject(
  algorithm: "wound-wait" | "wait-die",
  names: readonly string[],
  operations: WwOperations = wwOperations,
): Subject {
  const contextOf = (world: Addr): Addr => contextAt(world, names.length, currentTask());
  return {
    words: WwClass.size + names.length * WwMutex.size + 3 * WwContext.size,
    *setup(world, tasks) {
      yield* wwClassInit(world, algorithm);
      for (const index of names.keys()) yield* wwMutexInit(lockAt(world, index), world);
      for (let task = 0; task < tasks; task++) {
        setCurrentTask(task);
        yield* wwAcquireInit(contextOf(world), world);
      }
      setCurrentTask(0);
    },
    operations: {
      "signal 0": (world) => sendSignal(lockAt(world, 0), WwMutex.at.wwClass, 0),
      "signal 1": (world) => sendSignal(lockAt(world, 0), WwMutex.at.wwClass, 1),
      ...Object.fromEntries(
        Object.entries(operations).flatMap(([way, operation]) =>
          names.map((name, index) => [
            `${way} ${name}`,
            (world: Addr) => operation(lockAt(world, index), contextOf(world)),
          ]),
        ),
      ),
    },
  };
}

/**
 * Takes two locks as code has to: on EDEADLK it drops the one it has, takes the contended one by a slow lock, and
 * goes on. Then releases what `release` names.
 */
export function transaction(first: string, second: string, ...release: string[]): Task {
  return function* takesBoth(perform: Perform) {
    yield* perform(`lock ${first}`);
    let [held, wanted] = [first, second];
    while ((yield* perform(`lock ${wanted}`)) === EDEADLK) {
      yield* perform(`unlock ${held}`);
      yield* perform(`slow ${wanted}`);
      [held, wanted] = [wanted, held];
    }
    for (const name of release) yield* perform(`unlock ${name}`);
  };
}
