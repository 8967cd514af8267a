import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Machine } from "../../src/explore/machine.ts";
import { beginSearch, stepsOfOne } from "../../src/explore/strategies.ts";
import { pctProbability } from "../../src/explore/strategy/pct.ts";
import { catalogued } from "./catalogued.ts";
import { kindsAtEnd, met } from "./kinds.ts";
import { type OpName, programOf, programs } from "./random-ops.ts";

const all: readonly OpName[] = [
  "load",
  "store",
  "add",
  "cas",
  "try",
  "lock",
  "unlock",
  "await",
  "plain-read",
  "plain-write",
  "read-once",
  "write-once",
  "assert",
];
const small = programs(all, 3);
const minutes = 120_000;

describe("on random programs", () => {
  test(
    "every trace has what every interleaving has, and bound by bound there is more of it",
    () => {
      fc.assert(
        fc.property(small, (tasks) => {
          const definition = programOf(tasks);
          const traces = met({ definition });
          const everything = met({ definition, strategy: "dfs" });
          expect(traces.kinds).toEqual(everything.kinds);
          expect({ exhaustive: [traces.exhaustive, everything.exhaustive], blocked: traces.blocked }).toEqual(
            {
              exhaustive: [true, true],
              blocked: 0,
            },
          );
          expect(traces.executions).toBeLessThanOrEqual(everything.executions);
          let fewer = met({ definition, strategy: "bounded", bound: 0 });
          for (let bound = 1; fewer.executions < everything.executions; bound++) {
            const more = met({ definition, strategy: "bounded", bound });
            expect(more.kinds).toEqual(expect.arrayContaining([...fewer.kinds]));
            expect(more.executions).toBeGreaterThan(fewer.executions);
            fewer = more;
          }
          expect(fewer.kinds).toEqual(everything.kinds);
        }),
        { numRuns: 300, seed: 1 },
      );
    },
    minutes,
  );

  for (const strategy of ["random", "pct", "pos"] as const) {
    test(
      `what ${strategy} meets is there, and with enough executions it is nearly all`,
      () => {
        let missed = 0;
        let had = 0;
        fc.assert(
          fc.property(small, fc.integer({ min: 0, max: 0xffffffff }), (tasks, seed) => {
            const definition = programOf(tasks);
            const { kinds } = met({ definition });
            const drawn = met({ definition, strategy, seed, executions: 150 });
            expect(kinds).toEqual(expect.arrayContaining([...drawn.kinds]));
            expect(drawn).toMatchObject({ executions: 150, exhaustive: false, blocked: 0 });
            had += kinds.length;
            missed += kinds.length - drawn.kinds.length;
          }),
          { numRuns: 200, seed: 2 },
        );
        expect(had).toBeGreaterThan(50);
        expect(missed).toBeLessThan(had / 10);
      },
      minutes,
    );
  }
});

describe("a strategy that draws", () => {
  const { definition } = catalogued("dpor/lastzero");

  /** Who went, in each of the first executions. */
  function orders(strategy: "random" | "pct" | "pos", seed: number, executions = 40): string[] {
    const found: string[] = [];
    const machine = new Machine(definition, { n: 3 });
    const options = { strategy, seed, depth: 3, bound: 0 };
    const search = beginSearch(machine, options, { executions, steps: 1000 }, ({ task, length }) => {
      found.push(task.slice(0, length).join(""));
      return true;
    });
    search.goOn(Number.POSITIVE_INFINITY);
    return found;
  }

  for (const strategy of ["random", "pct", "pos"] as const) {
    test(`${strategy}: the same for the same seed, another for another; no two executions alike by rule`, () => {
      expect(orders(strategy, 7)).toEqual(orders(strategy, 7));
      expect(orders(strategy, 7)).not.toEqual(orders(strategy, 8));
      expect(new Set(orders(strategy, 7)).size).toBeGreaterThan(5);
    });
  }
});

describe("pct", () => {
  /** Executions of so many that fail. */
  function failing(name: string, params: Record<string, number>, depth: number, executions: number): number {
    const machine = new Machine(catalogued(name).definition, params);
    let failed = 0;
    const options = { strategy: "pct", seed: 0x9e37, depth, bound: 0 } as const;
    beginSearch(machine, options, { executions, steps: 1000 }, (log) => {
      if (kindsAtEnd(machine, log).length > 0) failed++;
      return true;
    }).goOn(Number.POSITIVE_INFINITY);
    return failed;
  }

  // A deadlock of two tasks takes one switch at the right place: depth 2.
  for (const [name, params] of [
    ["dpor/phil", { n: 2 }],
    ["dpor/phil", { n: 3 }],
    ["dpor/shrink", { bug: 1 }],
  ] as const) {
    test(`meets ${name} ${JSON.stringify(params)} at least as often as its bound for depth says`, () => {
      const machine = new Machine(catalogued(name).definition, params);
      // A ring of n philosophers needs all but the last to be stopped once.
      const depth = "n" in params ? params.n : 2;
      const steps = stepsOfOne(machine, { executions: 1, steps: 1000 });
      const bound = pctProbability(machine.tasks, depth, steps);
      const executions = 4_000;
      expect(failing(name, params, depth, executions) / executions).toBeGreaterThan(bound);
    });
  }

  test("of depth 1 switches only where a task cannot go on: it cannot meet what takes a preemption", () => {
    expect(failing("dpor/phil", { n: 2 }, 1, 500)).toBe(0);
  });

  test("its bound is 1 / (n k^(d-1))", () => {
    expect(pctProbability(4, 1, 100)).toBe(1 / 4);
    expect(pctProbability(2, 3, 10)).toBe(1 / 200);
  });
});
