import { beforeEach, expect, test } from "vitest";
import { closeWindow, openWindow } from "#shared/sync/contention-monitor";
import { WwClass, WwContext, wwAcquireFini, wwAcquireInit, wwClassInit } from "#shared/sync/ww-context";
import { WwMutex, wwMutexInit, wwMutexLock, wwMutexTrylock, wwMutexUnlock } from "#shared/sync/ww-mutex";
import { setCurrentTask } from "#shared/task";
import { drive, World } from "../support/arena.ts";
import { followOrder } from "../support/scheduler.ts";
import { runSteps } from "../support/stepper.ts";

// Contention at free: between refcount zero and the return of the memory, no other task may hold, wait for or even
// try the object's lock.

const LOCK = 2000;
const CLASS = LOCK + WwMutex.size;
const CONTEXT = CLASS + WwClass.size;
const OBJECT = CONTEXT + WwContext.size;
const FREER = 0;
const OTHER = 1;

let world: World;

beforeEach(() => {
  world = new World(3, 2048);
  drive(wwClassInit(CLASS, "wound-wait"));
  drive(wwMutexInit(LOCK, CLASS));
});

function hits(): number {
  for (const { kind, object } of world.violations()) {
    expect([kind, object]).toEqual(["contention-at-free", OBJECT]);
  }
  return world.violations().length;
}

/** What another task does while the freeing task has its window open. */
function meanwhile(acts: () => void): number {
  setCurrentTask(FREER);
  drive(openWindow(LOCK, OBJECT));
  setCurrentTask(OTHER);
  acts();
  setCurrentTask(FREER);
  drive(closeWindow(LOCK));
  return hits();
}

test("taking the lock is a hit", () => {
  expect(meanwhile(() => drive(wwMutexLock(LOCK, 0)))).toBe(1);
});

test("taking the lock in a context is a hit", () => {
  expect(
    meanwhile(() => {
      drive(wwAcquireInit(CONTEXT, CLASS));
      drive(wwMutexLock(LOCK, CONTEXT));
      drive(wwMutexUnlock(LOCK));
      drive(wwAcquireFini(CONTEXT));
    }),
  ).toBe(1);
});

test("trying the lock is a hit", () => {
  expect(meanwhile(() => expect(drive(wwMutexTrylock(LOCK, 0))).toBe(true))).toBe(1);
});

test("trying the lock is a hit even if it is not got", () => {
  setCurrentTask(FREER);
  drive(wwMutexLock(LOCK, 0));
  expect(meanwhile(() => expect(drive(wwMutexTrylock(LOCK, 0))).toBe(false))).toBe(1);
});

test("many hits of one window are one contended free", () => {
  expect(
    meanwhile(() => {
      for (let turn = 0; turn < 3; turn++) {
        drive(wwMutexLock(LOCK, 0));
        drive(wwMutexUnlock(LOCK));
      }
    }),
  ).toBe(1);
});

test("waiting for the lock that the freeing task holds is a hit", () => {
  setCurrentTask(FREER);
  drive(wwMutexLock(LOCK, 0));
  drive(openWindow(LOCK, OBJECT));
  const ended = wwMutexTrylock(LOCK, 0);
  drive(ended);
  expect(runSteps(world, [ended, wwMutexLock(LOCK, 0)], followOrder([])).end).toBe("deadlock");
  expect(hits()).toBe(1);
});

test("holding the lock since before the window is a hit", () => {
  setCurrentTask(OTHER);
  drive(wwMutexLock(LOCK, 0));
  expect(meanwhile(() => {})).toBe(1);
});

test("what the freeing task does itself, and what others do before and after, is none", () => {
  setCurrentTask(OTHER);
  drive(wwMutexLock(LOCK, 0));
  drive(wwMutexUnlock(LOCK));
  setCurrentTask(FREER);
  drive(openWindow(LOCK, OBJECT));
  drive(wwMutexLock(LOCK, 0));
  drive(wwMutexUnlock(LOCK));
  drive(wwMutexTrylock(LOCK, 0));
  drive(wwMutexUnlock(LOCK));
  drive(closeWindow(LOCK));
  setCurrentTask(OTHER);
  drive(wwMutexLock(LOCK, 0));
  expect(hits()).toBe(0);
});
