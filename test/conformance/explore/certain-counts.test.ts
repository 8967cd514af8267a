import { describe, expect, test } from "vitest";
import { explore } from "../../../src/explore/explore.ts";
import type { StrategyName } from "../../../src/explore/strategies.ts";
import { catalogued } from "../../explore/catalogued.ts";
import { certainCounts, withinBound } from "./certain-counts.ts";

const MOST_INTERLEAVINGS = 13_000;

function run(program: string, params: Readonly<Record<string, number>>, strategy: StrategyName, bound = 0) {
  const scenario = catalogued(`dpor/${program}`);
  return explore({
    scenario,
    params,
    strategy,
    granularity: "atomic",
    bound,
    depth: 3,
    seed: 1,
    executions: 1e9,
    seconds: 120,
    steps: 100_000,
    shrink: 0,
    keepGoing: true,
  });
}

const named = (program: string, params: object): string => `${program} ${JSON.stringify(params)}`;

describe("optimal DPOR runs as many executions as there are traces, and none in vain", () => {
  for (const { program, params, traces } of certainCounts) {
    test(named(program, params), async () => {
      const { executions, blocked, exhaustive } = await run(program, params, "dpor");
      expect({ executions, blocked, exhaustive }).toEqual({
        executions: traces,
        blocked: 0,
        exhaustive: true,
      });
    });
  }
});

describe("without reduction there are as many executions as interleavings", () => {
  for (const { program, params, interleavings } of certainCounts) {
    if (interleavings === undefined || interleavings > MOST_INTERLEAVINGS) continue;
    test(named(program, params), async () =>
      expect((await run(program, params, "dfs")).executions).toBe(interleavings),
    );
  }
});

describe("with a bound on preemptions there are as many as are within it", () => {
  for (const [program, params, counts] of withinBound) {
    test(named(program, params), async () => {
      const found: number[] = [];
      for (const bound of counts.keys())
        found.push((await run(program, params, "bounded", bound)).executions);
      expect(found).toEqual(counts);
    });
  }
});

test("the philosophers deadlock in exactly one trace, and never when they are ordered", async () => {
  for (const n of [2, 3, 4]) {
    expect((await run("phil", { n }, "dpor")).witnesses.map(({ finding }) => finding.kind)).toEqual([
      "deadlock",
    ]);
    expect((await run("phil_ord", { n }, "dpor")).witnesses).toEqual([]);
  }
});
