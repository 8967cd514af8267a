import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Machine } from "../../src/explore/machine.ts";
import type { SearchResult } from "../../src/explore/search.ts";
import { beginSearch, isSampling, type StrategyName, strategies } from "../../src/explore/strategies.ts";
import { catalogued } from "./catalogued.ts";
import { kindsAtEnd } from "./kinds.ts";
import { programOf, programs } from "./random-ops.ts";

type Definition = ConstructorParameters<typeof Machine>[0];

/** What a search went through: who took each step of each execution, and what was wrong at its end. */
interface Went extends SearchResult {
  readonly executed: readonly string[];
}

/** Goes through `most` executions, stopping after each of `cuts` and going on from what was saved as a file would have it. */
function go(
  definition: Definition,
  params: Readonly<Record<string, number>>,
  strategy: StrategyName,
  cuts: readonly number[],
  most: number,
): Went {
  const executed: string[] = [];
  let saved: object | undefined;
  for (const executions of [...cuts, most]) {
    const machine = new Machine(definition, params);
    const options = { strategy, bound: 1, depth: 2, seed: 0xabc, saved };
    const search = beginSearch(machine, options, { executions, steps: 1000 }, (log) => {
      executed.push(`${log.task.slice(0, log.length).join("")} ${kindsAtEnd(machine, log).join()}`);
      return true;
    });
    search.goOn(Number.POSITIVE_INFINITY);
    if (search.result.exhaustive || executions === most) return { ...search.result, executed };
    saved = JSON.parse(JSON.stringify(search.save()));
  }
  throw new Error("not reached");
}

const cuts = fc
  .array(fc.integer({ min: 1, max: 30 }), { maxLength: 4 })
  .map((some) => [...new Set(some)].sort((a, b) => a - b));

describe("a search that is cut off and goes on goes through the very same executions:", () => {
  for (const strategy of strategies) {
    const most = isSampling(strategy) ? 40 : 1e6;

    test(`${strategy}, on random programs`, () => {
      const small = programs(
        ["load", "store", "add", "cas", "lock", "unlock", "await", "plain-write", "assert"],
        3,
      );
      fc.assert(
        fc.property(small, cuts, (tasks, at) => {
          const definition = programOf(tasks);
          const { longest: _, ...whole } = go(definition, {}, strategy, [], most);
          expect(go(definition, {}, strategy, at, most)).toMatchObject(whole);
        }),
        { numRuns: 100, seed: 5 },
      );
    }, 60_000);

    test(`${strategy}, on a program of the catalogue`, () => {
      const { definition } = catalogued("dpor/lastzero");
      const whole = go(definition, { n: 3 }, strategy, [], isSampling(strategy) ? 60 : 1e6);
      const cut = go(definition, { n: 3 }, strategy, [1, 2, 5, 11], isSampling(strategy) ? 60 : 1e6);
      expect(cut.executed).toEqual(whole.executed);
      expect(cut.executions).toBe(whole.executed.length);
    });
  }
});
