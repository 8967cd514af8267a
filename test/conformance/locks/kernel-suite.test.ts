import { describe, expect, test } from "vitest";
import { EALREADY, EDEADLK } from "#shared/errno";
import { onBothBuilds, threads } from "../../support/both-builds.ts";
import { faults, type Outcome } from "../../support/program.ts";
import wwBasics, { type Test } from "../../support/programs/ww-basics.ts";
import wwStress, { type Shape } from "../../support/programs/ww-stress.ts";
import type { Algorithm } from "../../support/programs/ww-world.ts";

// kernel/locking/test-ww_mutex.c, test by test, scaled down: T1 to T7 of the lock specification. The kernel's
// module runs the whole suite once for each class, and so does this.

const algorithms: readonly Algorithm[] = ["wound-wait", "wait-die"];

function basic(test: Test, algorithm: Algorithm, tasks: number): Parameters<typeof wwBasics.setup>[1] {
  return { tasks, test, algorithm, mutant: 0, spins: 0, tries: 0, inContext: 0, trylock: 0, resolves: 1 };
}

function judge(expected: (results: readonly unknown[]) => boolean): (outcome: Outcome) => string {
  return (outcome) =>
    faults(outcome) || (expected(outcome.results) ? "" : `the tasks returned ${outcome.results.join()}`);
}

describe.each(algorithms)("%s", (algorithm) => {
  describe("T1 nobody gets a lock that is held", () => {
    const flags = [0, 1, 2, 3, 4, 5, 6, 7];
    for (const flag of flags) {
      const [spins, tries, inContext] = [flag & 1, (flag >> 1) & 1, (flag >> 2) & 1];
      const name = [
        spins ? "the holder spins" : "the holder sleeps",
        tries ? "the other tries" : "the other waits",
        inContext ? "in a context" : "without a context",
      ].join(", ");
      const params = { ...basic("T1", algorithm, 3), spins, tries, inContext };
      onBothBuilds(name, wwBasics, params, { seeds: 60, judge: judge((all) => all.join() === "0,0,0") });
    }
  });

  describe("T2 a task cannot take a lock twice", () => {
    for (const trylock of [0, 1]) {
      const params = { ...basic("T2", algorithm, 1), trylock };
      onBothBuilds(`first by ${trylock ? "trylock" : "lock"}`, wwBasics, params, {
        seeds: 1,
        judge: judge(([error]) => error === EALREADY),
      });
    }
  });

  describe("T3 two tasks cross", () => {
    for (const trylock of [0, 1]) {
      const first = trylock ? "trylock" : "lock";
      const params = { ...basic("T3", algorithm, 2), trylock };
      onBothBuilds(`first by ${first}, resolved: both get through`, wwBasics, params, {
        judge: judge((all) => all.join() === "0,0"),
      });
      onBothBuilds(
        `first by ${first}, unresolved: one is told`,
        wwBasics,
        { ...params, resolves: 0 },
        {
          judge: judge((all) => all.includes(EDEADLK)),
        },
      );
    }
  });

  describe("T4 a ring", () => {
    for (const tasks of [2, 3, 4]) {
      onBothBuilds(`of ${tasks} tasks gets through`, wwBasics, basic("T4", algorithm, tasks), {
        judge: judge((all) => all.every((error) => error === 0)),
      });
    }
  });

  describe("stress: nothing but EDEADLK, and all is counted", () => {
    const stress: readonly [string, Shape, number, number, number][] = [
      ["T5 in order", "in-order", 16, 8, 400],
      ["T6 reordered", "reorder", 16, 8, 400],
      ["T7 mixed", "mixed", 200, 12, 400],
    ];
    test.each(stress)("%s (threads)", async (_name, shape, locks, held, rounds) => {
      for (const seed of [1, 2]) {
        const params = { tasks: 4, rounds, algorithm, shape, locks, held, seed, mutant: 0, inject: 0 };
        const outcome = await threads().run(wwStress, params, { seed, spinLimit: seed === 1 ? 0 : 50 });
        expect(faults(outcome)).toBe("");
      }
    });
  });
});
