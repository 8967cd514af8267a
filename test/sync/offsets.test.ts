import { beforeEach, describe, expect, test } from "vitest";
import { type Addr, peek, poke, type Step } from "#shared/atomic/index";
import { POISON } from "#shared/memory/poison";
import { closeWindow, openWindow } from "#shared/sync/contention-monitor";
import { Mutex, mutexLock } from "#shared/sync/mutex";
import { WAIT_LOCK, WAITER_LIST } from "#shared/sync/mutex-slow";
import { downRead, downWrite, Rwsem } from "#shared/sync/rwsem";
import { Spinlock } from "#shared/sync/spinlock";
import { WaitList } from "#shared/sync/waiters";
import { WwClass, WwContext, wwAcquireInit, wwClassInit } from "#shared/sync/ww-context";
import { WwMutex, wwMutexInit, wwMutexLock, wwMutexTrylock, wwMutexUnlock } from "#shared/sync/ww-mutex";
import { HOLDER_CONTEXT } from "#shared/sync/ww-rules";
import { setCurrentTask, TASK, taskBlock } from "#shared/task";
import { drive, World } from "../support/arena.ts";
import { followOrder } from "../support/scheduler.ts";
import { runSteps } from "../support/stepper.ts";

// Some files know words of a lock by number, since the struct is declared in a file that imports them. Those
// numbers are compared with the structs here: by name where they are exported, by what they do where not.

const LOCK = 2000;
const CLASS = 2100;
const CONTEXT = 2200;
const OTHER_CONTEXT = 2300;
const OBJECT = 4321;

let world: World;

beforeEach(() => {
  world = new World(3, 2048);
  drive(wwClassInit(CLASS, "wait-die"));
  drive(wwMutexInit(LOCK, CLASS));
});

/** Task 0 takes something, task 1 tries until it sleeps. */
function stuckBehind(takes: Step<unknown>, waits: Step<unknown>): void {
  setCurrentTask(0);
  drive(takes);
  // Task 0 has ended by now: a generator that is through does nothing more.
  const outcome = runSteps(world, [takes, waits], followOrder([1]));
  expect(outcome.end).toBe("deadlock");
}

describe("a mutex", () => {
  test("has its wait lock and its queue where mutex-slow.ts thinks", () => {
    expect([WAIT_LOCK, WAITER_LIST]).toEqual([Mutex.at.waitLock, Mutex.at.waiters]);
    expect([Mutex.at.owner, Mutex.size]).toEqual([0, Mutex.at.waiters + WaitList.size]);
    stuckBehind(mutexLock(LOCK), mutexLock(LOCK));
    expect(queueAt(LOCK + Mutex.at.waiters)).toEqual([2, 2]);
  });

  test("is what a ww-mutex starts with", () => {
    expect(WwMutex.at.base).toBe(0);
    expect(WwMutex.fields.slice(0, Mutex.fields.length)).toEqual(
      Mutex.fields.map((field) => ({ ...field, name: `base.${field.name}` })),
    );
  });
});

describe("a ww-mutex", () => {
  test("has its context where ww-rules.ts thinks", () => {
    expect(HOLDER_CONTEXT).toBe(WwMutex.at.ctx);
  });

  test("has its class where ww-debug.ts thinks", () => {
    drive(wwAcquireInit(CONTEXT, CLASS));
    drive(wwMutexLock(LOCK, CONTEXT));
    drive(wwMutexUnlock(LOCK));
    expect(world.violations()).toEqual([]);
    // Any other number in the class word, and no other word, makes the context one of another class.
    poke(LOCK + WwMutex.at.wwClass, CLASS + WwClass.size);
    drive(wwMutexTrylock(LOCK, CONTEXT));
    expect(world.violations().map(({ kind }) => kind)).toContain("ww-misuse");
  });

  test("has its window, hits and object where contention-monitor.ts thinks", () => {
    drive(openWindow(LOCK, OBJECT));
    const { window, windowHits, windowObject } = WwMutex.at;
    expect([window, windowHits, windowObject].map((word) => peek(LOCK + word))).toEqual([1, 0, OBJECT]);
    setCurrentTask(1);
    drive(wwMutexLock(LOCK, 0));
    expect([window, windowHits, windowObject].map((word) => peek(LOCK + word))).toEqual([1, 1, OBJECT]);
    expect(world.violations()).toEqual([
      { kind: "contention-at-free", task: 1, object: OBJECT, value: LOCK, other: 1 },
    ]);
    drive(wwMutexUnlock(LOCK));
    setCurrentTask(0);
    drive(closeWindow(LOCK));
    expect(peek(LOCK + window)).toBe(0);
    expect(WwMutex.size).toBe(Math.max(window, windowHits, windowObject) + 1);
  });

  test("keeps its queue in the words of its base", () => {
    drive(wwAcquireInit(CONTEXT, CLASS));
    setCurrentTask(1);
    drive(wwAcquireInit(OTHER_CONTEXT, CLASS));
    stuckBehind(wwMutexLock(LOCK, CONTEXT), wwMutexLock(LOCK, OTHER_CONTEXT));
    expect(queueAt(LOCK + Mutex.at.waiters)).toEqual([2, 2]);
    expect(peek(taskBlock(1) + TASK.WAITER_CONTEXT)).toBe(OTHER_CONTEXT);
    expect(WwContext.size).toBeLessThan(OTHER_CONTEXT - CONTEXT);
  });
});

describe("a rwsem", () => {
  test("has its wait lock and its queue where rwsem-slow.ts thinks", () => {
    clear(LOCK, Rwsem.size);
    stuckBehind(downWrite(LOCK), downRead(LOCK));
    expect(queueAt(LOCK + Rwsem.at.waiters)).toEqual([2, 2]);
    expect(peek(LOCK + Rwsem.at.writer)).toBe(1);
    // A taken wait lock is what a second one waits for, and no other word is.
    poke(LOCK + Rwsem.at.waitLock, 1);
    const outcome = runSteps(world, [downRead(LOCK)], followOrder([]));
    expect(outcome.report).toMatch(/task 0: RELAX/);
    expect([Rwsem.at.count, Rwsem.size]).toEqual([0, Rwsem.at.writer + 1]);
  });
});

test("a spinlock is one word", () => {
  expect([Spinlock.at.owner, Spinlock.size]).toEqual([0, 1]);
  // What a freed lock holds is neither free nor a task.
  expect(POISON).toBeGreaterThan(64);
});

function queueAt(list: Addr): readonly number[] {
  return [peek(list + WaitList.at.head), peek(list + WaitList.at.tail)];
}

function clear(addr: Addr, size: number): void {
  for (let word = 0; word < size; word++) poke(addr + word, 0);
}
