import { describe, expect, test } from "vitest";
import { catalogue } from "#scenarios/index";
import { resolveParams } from "../../src/catalogue/params.ts";
import { LiveLockdepRun } from "../../src/cli/live-lockdep.ts";
import { explore } from "../../src/explore/explore.ts";
import type { LiveLockdep } from "../../src/record/live-lockdep.ts";
import { catalogued } from "../explore/catalogued.ts";

async function heard(name: string, params: Readonly<Record<string, string>>, keepGoing: boolean) {
  const scenario = catalogued(name);
  const found = await explore({
    scenario,
    params: resolveParams(scenario.definition, params),
    strategy: "random",
    granularity: "lock",
    bound: 0,
    depth: 3,
    seed: 1,
    executions: 1500,
    seconds: 60,
    steps: 10_000,
    shrink: 0,
    keepGoing,
  });
  return new LiveLockdepRun({ lockdep: true }).judge(found.chains, name)?.live as LiveLockdep;
}

const explorable = catalogue
  .map(({ definition }) => definition)
  .filter(({ modes, expect: expected }) => modes.includes("batch") && expected === "holds");

describe("a scenario that holds gives no report that can happen:", () => {
  test.each(explorable.map(({ name }) => name))("%s", async (name) => {
    const { chains, reports, possible } = await heard(name, {}, false);
    expect({ possible, reports: possible > 0 ? reports : [] }).toEqual({ possible: 0, reports: [] });
    expect(chains).toBeGreaterThan(0);
  });
});

describe("where a mutant breaks the rule that the verdict rests on, the report can happen:", () => {
  test("a reference is taken at zero", async () => {
    const { reports } = await heard("shmem/free-vs-reclaim", { mutant: "shrinker-plain-get" }, true);
    expect(reports.map(({ kind, verdict }) => `${kind} ${verdict}`)).toEqual([
      "recursive-locking single-task",
      "circular possible",
    ]);
  });
});

test("lockdep does not see what an acquire context hides: ww/abba deadlocks without a report", async () => {
  expect((await heard("ww/abba", { mutant: "no-backoff" }, true)).reports).toEqual([]);
});
