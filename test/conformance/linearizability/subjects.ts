import { type Addr, enterPrimitive, leavePrimitive, load, type Step, store } from "#shared/atomic/index";
import {
  Completion,
  complete,
  completeAll,
  completionDone,
  reinitCompletion,
  tryWaitForCompletion,
  waitForCompletion,
  waitForCompletionInterruptible,
} from "#shared/sync/completion";
import { krefGet, krefGetUnlessZero, krefInit, krefPut } from "#shared/sync/kref";
import { Mutex, mutexLock, mutexLockInterruptible, mutexTrylock, mutexUnlock } from "#shared/sync/mutex";
import { unpark } from "#shared/sync/park";
import { rawSpinLock, rawSpinUnlock } from "#shared/sync/raw-spin";
import {
  refcountDec,
  refcountDecAndTest,
  refcountDecIfOne,
  refcountDecNotOne,
  refcountInc,
  refcountIncNotZero,
  refcountSet,
} from "#shared/sync/refcount";
import {
  downgradeWrite,
  downRead,
  downReadTrylock,
  downWrite,
  downWriteTrylock,
  Rwsem,
  upRead,
  upWrite,
} from "#shared/sync/rwsem";
import { spinLock, spinTrylock, spinUnlock } from "#shared/sync/spinlock";
import { finishWait, prepareToWait, sleepOn, WaitQueue, wakeUp } from "#shared/sync/wait-queue";
import { currentTask, TASK, taskBlock } from "#shared/task";
import type { Machine } from "../../../src/explore/machine.ts";
import type { Subject } from "./program.ts";

// The right ones: what the project's locks offer, under the names that the specifications use.

/**
 * Sends the task a signal: interruptible waits end. It counts as an operation on the lock waited for: at granularity
 * `lock` operations on different objects commute. @kernel kernel/signal.c: signal_wake_up()
 */
export function* sendSignal(lock: Addr, alias: number, task: number): Step<void> {
  enterPrimitive(lock, alias);
  yield* store(taskBlock(task) + TASK.SIGNAL, 1);
  yield* unpark(task);
  leavePrimitive();
}

const signals: Subject["operations"] = {
  "signal 0": (lock) => sendSignal(lock, 0, 0),
  "signal 1": (lock) => sendSignal(lock, 0, 1),
};

export const rawSpin: Subject = {
  words: 1,
  operations: { lock: rawSpinLock, unlock: rawSpinUnlock },
};

export const spinlock: Subject = {
  words: 1,
  operations: { lock: spinLock, trylock: spinTrylock, unlock: spinUnlock },
};

export const mutex: Subject = {
  words: Mutex.size,
  operations: {
    lock: mutexLock,
    "lock interruptible": mutexLockInterruptible,
    trylock: mutexTrylock,
    unlock: mutexUnlock,
    ...signals,
  },
};

export const rwsem: Subject = {
  words: Rwsem.size,
  operations: {
    read: downRead,
    "try read": downReadTrylock,
    unread: upRead,
    write: downWrite,
    "try write": downWriteTrylock,
    unwrite: upWrite,
    downgrade: downgradeWrite,
  },
};

export const completion: Subject = {
  words: Completion.size,
  operations: {
    complete,
    "complete all": completeAll,
    wait: waitForCompletion,
    "wait interruptible": waitForCompletionInterruptible,
    try: tryWaitForCompletion,
    done: completionDone,
    reinit: reinitCompletion,
    ...signals,
  },
};

function counterAtEnd(machine: Machine, r: Addr): unknown {
  const reports = machine.reports().map(({ task, kind }) => `${task} ${kind}`);
  return [machine.words[r], reports.sort()];
}

/** A counter of so many references. */
export function refcount(initial: number): Subject {
  return {
    words: 1,
    setup: (r) => refcountSet(r, initial),
    operations: {
      inc: refcountInc,
      "inc not zero": refcountIncNotZero,
      "dec and test": refcountDecAndTest,
      dec: refcountDec,
      "dec if one": refcountDecIfOne,
      "dec not one": refcountDecNotOne,
    },
    end: counterAtEnd,
  };
}

/** A counter as objects have it, with the first reference in it. */
export const kref: Subject = {
  words: 1,
  setup: krefInit,
  operations: { inc: krefGet, "inc not zero": krefGetUnlessZero, "dec and test": krefPut },
  end: counterAtEnd,
};

// A ticket goes from the `prepare` of a task to its `sleep`.
/** Per task. */
export const tickets: number[] = [];
const HAPPENED = WaitQueue.size;

function* prepare(queue: Addr): Step<void> {
  tickets[currentTask()] = yield* prepareToWait(queue);
}

function* awaitIt(queue: Addr): Step<void> {
  for (;;) {
    const ticket = yield* prepareToWait(queue);
    if ((yield* load(queue + HAPPENED)) !== 0) break;
    yield* sleepOn(queue, ticket);
    yield* finishWait(queue);
  }
  yield* finishWait(queue);
}

function* happen(queue: Addr): Step<void> {
  yield* store(queue + HAPPENED, 1);
  yield* wakeUp(queue, 9);
}

export const waitQueue: Subject = {
  words: WaitQueue.size + 1,
  operations: {
    prepare,
    sleep: (queue) => sleepOn(queue, tickets[currentTask()] ?? 0),
    finish: finishWait,
    "wake 1": (queue) => wakeUp(queue, 1),
    "wake 2": (queue) => wakeUp(queue, 2),
    await: awaitIt,
    happen,
  },
};
