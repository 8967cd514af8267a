import { beforeEach, describe, expect, test } from "vitest";
import { type Addr, fill, peek, type Step, WorldAbandoned } from "#shared/atomic/index";
import { POISON } from "#shared/memory/poison";
import {
  Mutex,
  mutexIsHeld,
  mutexLock,
  mutexLockInterruptible,
  mutexTrylock,
  mutexUnlock,
} from "#shared/sync/mutex";
import {
  downgradeWrite,
  downRead,
  downReadTrylock,
  downWrite,
  Rwsem,
  upRead,
  upWrite,
} from "#shared/sync/rwsem";
import { spinLock, spinTrylock, spinUnlock } from "#shared/sync/spinlock";
import { wwMutexLock, wwMutexUnlock } from "#shared/sync/ww-mutex";
import { setCurrentTask } from "#shared/task";
import { drive, World } from "../support/arena.ts";

// Who may release, and what a lock in freed memory gives away. CONFIG_DEBUG_MUTEXES, DEBUG_SPINLOCK, DEBUG_RWSEMS.

const LOCK = 2000;

let world: World;

beforeEach(() => {
  world = new World(3, 2048);
});

function kinds(): string[] {
  return world.violations().map(({ kind }) => kind);
}

const locks: readonly (readonly [string, (lock: Addr) => Step<unknown>, (lock: Addr) => Step<unknown>])[] = [
  ["spinlock", spinLock, spinUnlock],
  ["mutex", mutexLock, mutexUnlock],
  ["rwsem, written", downWrite, upWrite],
  ["rwsem, read", downRead, upRead],
];

describe.each(locks)("%s", (name, lock, unlock) => {
  test("released by its owner is no misuse", () => {
    drive(lock(LOCK));
    drive(unlock(LOCK));
    expect(kinds()).toEqual([]);
  });

  test("released twice is reported", () => {
    drive(lock(LOCK));
    drive(unlock(LOCK));
    drive(unlock(LOCK));
    expect(kinds()).toEqual(["lock-misuse"]);
  });

  test("released without ever being taken is reported", () => {
    drive(unlock(LOCK));
    expect(kinds()).toEqual(["lock-misuse"]);
  });

  // A read hold has no owner, here as in the kernel.
  if (name === "rwsem, read") return;
  test("released by another task is reported, with both tasks", () => {
    drive(lock(LOCK));
    setCurrentTask(2);
    drive(unlock(LOCK));
    expect(world.violations()).toMatchObject([{ kind: "lock-misuse", task: 2, object: LOCK }]);
  });
});

describe("a mutex", () => {
  test("stays with its owner when another task releases it", () => {
    drive(mutexLock(LOCK));
    setCurrentTask(1);
    drive(mutexUnlock(LOCK));
    expect(world.violations()).toEqual([
      { kind: "lock-misuse", task: 1, object: LOCK, value: peek(LOCK), other: 1 },
    ]);
    setCurrentTask(0);
    expect(drive(mutexIsHeld(LOCK))).toBe(true);
    drive(mutexUnlock(LOCK));
    expect(drive(mutexIsHeld(LOCK))).toBe(false);
    expect(kinds()).toEqual(["lock-misuse"]);
  });

  test("is not recursive: the holder cannot try it", () => {
    expect(drive(mutexTrylock(LOCK))).toBe(true);
    expect(drive(mutexTrylock(LOCK))).toBe(false);
    drive(mutexUnlock(LOCK));
    expect(drive(mutexTrylock(LOCK))).toBe(true);
  });

  test("is held by nobody but its owner", () => {
    drive(mutexLock(LOCK));
    setCurrentTask(1);
    expect(drive(mutexIsHeld(LOCK))).toBe(false);
    expect(drive(mutexTrylock(LOCK))).toBe(false);
  });
});

describe("a spinlock", () => {
  test("that is held cannot be tried, not even by its holder", () => {
    expect(drive(spinTrylock(LOCK))).toBe(true);
    expect(drive(spinTrylock(LOCK))).toBe(false);
    drive(spinUnlock(LOCK));
    expect(drive(spinTrylock(LOCK))).toBe(true);
  });
});

describe("a rwsem", () => {
  test("lets readers read together, and a writer in alone", () => {
    drive(downRead(LOCK));
    setCurrentTask(1);
    expect(drive(downReadTrylock(LOCK))).toBe(true);
    drive(upRead(LOCK));
    setCurrentTask(0);
    drive(upRead(LOCK));
    drive(downWrite(LOCK));
    setCurrentTask(1);
    expect(drive(downReadTrylock(LOCK))).toBe(false);
  });

  test("downgraded by another task than the writer is reported", () => {
    drive(downWrite(LOCK));
    setCurrentTask(1);
    drive(downgradeWrite(LOCK));
    expect(world.violations()).toMatchObject([{ kind: "lock-misuse", task: 1, object: LOCK, other: 1 }]);
  });

  test("downgraded while only read is reported", () => {
    drive(downRead(LOCK));
    drive(downgradeWrite(LOCK));
    expect(kinds()).toEqual(["lock-misuse"]);
  });
});

describe("in freed memory", () => {
  const uses: readonly (readonly [string, (lock: Addr) => Step<unknown>])[] = [
    ["spinLock", spinLock],
    ["spinUnlock", spinUnlock],
    ["mutexLock", mutexLock],
    ["mutexLockInterruptible", mutexLockInterruptible],
    ["mutexUnlock", mutexUnlock],
    ["wwMutexLock", (lock) => wwMutexLock(lock, 0)],
    ["wwMutexUnlock", wwMutexUnlock],
    ["downRead", downRead],
    ["downWrite", downWrite],
    ["upRead", upRead],
    ["upWrite", upWrite],
  ];
  test.each(uses)("%s is reported as a use after free, and the task leaves", (_name, use) => {
    fill(LOCK, Math.max(Mutex.size, Rwsem.size) + 8, POISON);
    expect(() => drive(use(LOCK))).toThrow(WorldAbandoned);
    expect(kinds()).toEqual(["use-after-free"]);
  });
});
