import fc from "fast-check";
import { expect, test } from "vitest";
import { Machine } from "../../src/explore/machine.ts";
import { searchAll } from "../../src/explore/strategy/dfs.ts";
import { met } from "./kinds.ts";
import { type OpName, programOf, programs } from "./random-ops.ts";
import { races } from "./unordered.ts";

const ops: readonly OpName[] = [
  "load",
  "store",
  "cas",
  "lock",
  "unlock",
  "await",
  "plain-read",
  "plain-write",
  "plain-read",
  "plain-write",
  "read-once",
  "write-once",
];
const budget = { executions: 1e6, deadline: Number.POSITIVE_INFINITY, steps: 1000 };

test("of random programs, those have a data race that have one in any interleaving by its definition", () => {
  let racy = 0;
  let ordered = 0;
  fc.assert(
    fc.property(programs(ops, 4), (tasks) => {
      const definition = programOf(tasks);
      const machine = new Machine(definition, {});
      let any = false;
      searchAll(machine, Number.POSITIVE_INFINITY, { ...budget, executions: 5_000 }, (log) => {
        const all = races(log.events);
        // One is enough for a report, and the earliest second access is the one.
        expect(log.race !== undefined).toBe(all.length > 0);
        if (log.race !== undefined) expect(all).toContain(`${log.race.first}-${log.race.second}`);
        any ||= all.length > 0;
        return true;
      });
      const traces = met({ definition });
      expect(traces.kinds.includes("data-race")).toBe(any);
      if (any) racy++;
      else ordered++;
    }),
    { numRuns: 400, seed: 3 },
  );
  // The programs are of both sorts, or this says nothing.
  expect(Math.min(racy, ordered)).toBeGreaterThan(60);
}, 120_000);
