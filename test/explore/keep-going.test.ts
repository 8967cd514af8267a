import { expect, test } from "vitest";
import { resolveParams } from "../../src/catalogue/params.ts";
import { explore } from "../../src/explore/explore.ts";
import { catalogued } from "./catalogued.ts";

test("of each kind that is met an interleaving is kept, however many there are of others", async () => {
  const scenario = catalogued("shmem/free-vs-shrinker");
  const found = await explore({
    scenario,
    params: resolveParams(scenario.definition, { mutant: "shrinker-lock-unref" }),
    strategy: "dpor",
    granularity: "lock",
    bound: 0,
    depth: 0,
    seed: 1,
    executions: 1e6,
    seconds: 60,
    steps: 10_000,
    shrink: 0,
    keepGoing: true,
  });
  expect(found.exhaustive).toBe(true);
  const kept = found.witnesses.map(({ finding }) => finding.kind);
  expect(new Set(kept)).toEqual(found.kinds);
  expect(found.kinds.size).toBeGreaterThan(2);
  // Those that are kept for their number alone are all of the first kinds.
  expect(kept.length).toBeGreaterThan(16);
});
