import { beforeEach, describe, expect, test } from "vitest";
import { type Addr, peek, poke, type Step } from "#shared/atomic/index";
import { POISON } from "#shared/memory/poison";
import { krefGet, krefGetUnlessZero, krefInit, krefPut } from "#shared/sync/kref";
import {
  REFCOUNT_MAX,
  REFCOUNT_SATURATED,
  refcountDec,
  refcountDecAndTest,
  refcountDecIfOne,
  refcountDecNotOne,
  refcountInc,
  refcountIncNotZero,
  refcountRead,
  refcountSet,
} from "#shared/sync/refcount";
import type { ViolationKind } from "#shared/violation";
import { drive, World } from "../support/arena.ts";
import { onBothBuilds } from "../support/both-builds.ts";
import lookup from "../support/programs/lookup.ts";

const COUNT = 1500;
const SATURATED = REFCOUNT_SATURATED;
const MIN = -0x80000000;

let world: World;

beforeEach(() => {
  world = new World(1, 1024);
});

/** An operation on a counter that is `before`: what it returns, what it leaves, what it reports. */
type Row = readonly [before: number, result: unknown, after: number, kind?: ViolationKind];

function rows(operation: (r: Addr) => Step<unknown>, table: readonly Row[]): void {
  for (const [before, result, after, kind] of table) {
    test(`${before} gives ${result} and becomes ${after}${kind === undefined ? "" : `: ${kind}`}`, () => {
      poke(COUNT, before);
      expect(drive(operation(COUNT))).toBe(result);
      expect(peek(COUNT)).toBe(after);
      expect(world.violations().map((violation) => violation.kind)).toEqual(kind === undefined ? [] : [kind]);
    });
  }
}

// The rows are those of the lock specification, A6; they are those of include/linux/refcount.h and lib/refcount.c.

describe("inc", () => {
  rows(refcountInc, [
    [1, undefined, 2],
    [REFCOUNT_MAX - 1, undefined, REFCOUNT_MAX],
    [0, undefined, SATURATED, "refcount-get-zero"],
    [REFCOUNT_MAX, undefined, SATURATED, "refcount-saturated"],
    [SATURATED, undefined, SATURATED, "refcount-saturated"],
    [MIN, undefined, SATURATED, "refcount-saturated"],
    [-1, undefined, SATURATED, "refcount-saturated"],
  ]);
});

describe("inc_not_zero", () => {
  rows(refcountIncNotZero, [
    [0, false, 0],
    [1, true, 2],
    [REFCOUNT_MAX - 1, true, REFCOUNT_MAX],
    [REFCOUNT_MAX, true, SATURATED, "refcount-saturated"],
    [SATURATED, true, SATURATED, "refcount-saturated"],
    [-1, true, SATURATED, "refcount-saturated"],
  ]);
});

describe("dec_and_test", () => {
  rows(refcountDecAndTest, [
    [1, true, 0],
    [2, false, 1],
    [REFCOUNT_MAX, false, REFCOUNT_MAX - 1],
    [0, false, SATURATED, "refcount-underflow"],
    [SATURATED, false, SATURATED, "refcount-underflow"],
    [MIN, false, SATURATED, "refcount-underflow"],
    [-1, false, SATURATED, "refcount-underflow"],
  ]);
});

describe("dec", () => {
  rows(refcountDec, [
    [2, undefined, 1],
    [1, undefined, SATURATED, "refcount-leak"],
    [0, undefined, SATURATED, "refcount-leak"],
    [SATURATED, undefined, SATURATED, "refcount-leak"],
  ]);
});

describe("dec_if_one", () => {
  rows(refcountDecIfOne, [
    [1, true, 0],
    [2, false, 2],
    [0, false, 0],
    [SATURATED, false, SATURATED],
  ]);
});

describe("dec_not_one", () => {
  rows(refcountDecNotOne, [
    [1, false, 1],
    [2, true, 1],
    [REFCOUNT_MAX, true, REFCOUNT_MAX - 1],
    [SATURATED, true, SATURATED],
    [0, true, 0, "refcount-underflow"],
  ]);
});

describe("a saturated counter", () => {
  test("stays saturated whatever happens to it", () => {
    poke(COUNT, SATURATED);
    for (let turn = 0; turn < 3; turn++) {
      drive(refcountInc(COUNT));
      drive(refcountDec(COUNT));
      drive(refcountIncNotZero(COUNT));
      drive(refcountDecAndTest(COUNT));
      drive(refcountDecNotOne(COUNT));
      drive(refcountDecIfOne(COUNT));
      expect(drive(refcountRead(COUNT))).toBe(SATURATED);
    }
    drive(refcountSet(COUNT, 1));
    expect(drive(refcountRead(COUNT))).toBe(1);
  });

  test("is reported with the counter, the value before and the task", () => {
    poke(COUNT, REFCOUNT_MAX);
    drive(refcountInc(COUNT));
    expect(world.violations()).toEqual([
      { kind: "refcount-saturated", task: 0, object: COUNT, value: REFCOUNT_MAX, other: 0 },
    ]);
  });
});

describe("a counter in freed memory", () => {
  const operations: readonly (readonly [string, (r: Addr) => Step<unknown>])[] = [
    ["inc", refcountInc],
    ["inc_not_zero", refcountIncNotZero],
    ["dec_and_test", refcountDecAndTest],
    ["dec", refcountDec],
    ["dec_not_one", refcountDecNotOne],
  ];
  test.each(operations)("%s reports a use after free", (_name, operation) => {
    poke(COUNT, POISON);
    drive(operation(COUNT));
    expect(world.violations().map(({ kind }) => kind)).toEqual(["use-after-free"]);
  });
});

describe("a kref", () => {
  test("starts at one; only the last put says so; nobody finds it after that", () => {
    drive(krefInit(COUNT));
    drive(krefGet(COUNT));
    expect(drive(krefGetUnlessZero(COUNT))).toBe(true);
    expect([1, 2, 3].map(() => drive(krefPut(COUNT)))).toEqual([false, false, true]);
    expect(drive(krefGetUnlessZero(COUNT))).toBe(false);
    expect(world.violations()).toEqual([]);
  });

  onBothBuilds(
    "is released once, by the last put, and is on its list until then",
    lookup,
    { tasks: 3, rounds: 8, objects: 3 },
    { seeds: 300, threads: { tasks: 4, rounds: 400, objects: 200 } },
  );
});
