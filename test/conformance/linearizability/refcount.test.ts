import { describe, expect, test } from "vitest";
import { REFCOUNT_MAX, REFCOUNT_SATURATED } from "#shared/sync/refcount";
import { explore } from "./program.ts";
import { expectCaught, expectRight, TIMEOUT, tasksOf } from "./right.ts";
import { refcountSpec } from "./specs/refcount.ts";
import { kref, refcount } from "./subjects.ts";
import * as wrong from "./wrong-locks/refcount.ts";

for (const held of [1, 2, 3]) {
  const spec = refcountSpec(held, "at once");
  const programs: Readonly<Record<number, readonly string[]>> = {
    1: [
      "inc, dec and test | inc not zero, ?dec and test",
      "dec and test | inc not zero, ?dec and test",
      "dec and test | inc not zero | inc not zero",
      "dec if one | inc not zero | inc not zero, ?dec",
    ],
    2: [
      "dec and test | dec and test",
      "dec not one, dec if one | inc not zero, ?dec",
      "dec and test | dec not one | inc not zero",
      "dec not one | dec if one | inc not zero",
      "dec and test | dec and test | inc not zero, ?dec and test",
    ],
    3: ["dec and test | dec and test | dec and test", "inc, dec | inc | dec not one"],
  };
  expectRight(`two and three tasks on ${held} references`, refcount(held), spec, programs[held] ?? []);
}

expectRight("two and three tasks on a kref", kref, refcountSpec(1, "at once"), [
  "inc, dec and test | inc not zero, ?dec and test",
  "dec and test | inc not zero, ?dec and test | inc not zero, ?dec and test",
]);

describe("a broken counter ends saturated, by a second access as in the kernel:", () => {
  const programs = [
    "inc | dec and test",
    "dec and test | dec and test | dec and test",
    "inc | dec and test | dec not one",
    "inc | inc | dec",
    "dec | dec and test | inc not zero",
  ];
  const values = [0, 1, REFCOUNT_MAX, REFCOUNT_SATURATED];
  const cases = programs.flatMap((program) => values.map((value) => ({ program, value })));

  test.each(cases)(
    "$program from $value",
    ({ program, value }) => {
      const subject = { ...refcount(value), reports: true };
      const seen = explore(subject, refcountSpec(value, "by a second access"), tasksOf(program));
      expect(seen.faults, seen.example).toEqual([]);
      expect(seen.exhaustive).toBe(true);
    },
    TIMEOUT,
  );

  test("so between its two accesses others see a count that no atomic operation leaves, and granularity lock does not show it", () => {
    const subject = { ...refcount(0), reports: true };
    const tasks = tasksOf("inc | dec and test");
    expect(explore(subject, refcountSpec(0, "at once"), tasks).faults).toEqual(["not linearizable"]);
    const lock = explore(subject, refcountSpec(0, "at once"), tasks, { granularity: "lock" });
    expect(lock.faults, lock.example).toEqual([]);
  });
});

describe("on one reference", () => {
  expectCaught(refcount(1), refcountSpec(1, "at once"), [
    {
      name: "a get is split in two",
      operations: { inc: wrong.incInTwoSteps },
      program: "inc | inc",
      faults: ["not linearizable"],
    },
    {
      name: "a get unless zero tests, then adds",
      operations: { "inc not zero": wrong.incNotZeroThatTestsThenAdds },
      program: "inc not zero | dec and test",
      faults: ["not linearizable"],
    },
    {
      name: "the last reference is found, then dropped",
      operations: { "dec if one": wrong.decIfOneThatTestsThenSets },
      program: "dec if one | inc not zero",
      faults: ["not linearizable"],
    },
  ]);
});

describe("on two references", () => {
  expectCaught(refcount(2), refcountSpec(2, "at once"), [
    {
      name: "a put drops, then tests",
      operations: { "dec and test": wrong.decThenTest },
      program: "dec and test | dec and test",
      faults: ["not linearizable"],
    },
    {
      name: "a put is split in two",
      operations: { "dec and test": wrong.decAndTestInTwoSteps },
      program: "dec and test | dec and test",
      faults: ["not linearizable"],
    },
    {
      name: "a put that must not be the last tests, then drops",
      operations: { "dec not one": wrong.decNotOneThatTestsThenDrops },
      program: "dec not one | dec not one",
      faults: ["not linearizable"],
    },
  ]);
});

test("it is noticed when a get from zero does not saturate", () => {
  const right = { ...refcount(0), reports: true };
  const subject = { ...right, operations: { ...right.operations, inc: wrong.incThatWraps } };
  const seen = explore(subject, refcountSpec(0, "by a second access"), tasksOf("inc | inc"));
  expect(seen.faults).toEqual(["not linearizable"]);
});
