import { describe, expect, test } from "vitest";
import { catalogue } from "#scenarios/index";
import { freeDesigns } from "#shared/drm/designs";
import { expectationOf } from "../../src/catalogue/expectation.ts";
import { resolveParams } from "../../src/catalogue/params.ts";
import { explore } from "../../src/explore/explore.ts";
import { catalogued } from "./catalogued.ts";

function run(name: string, params: Readonly<Record<string, string>>) {
  const scenario = catalogued(name);
  return explore({
    scenario,
    params: resolveParams(scenario.definition, params),
    strategy: "dpor",
    granularity: "lock",
    bound: 0,
    depth: 3,
    seed: 1,
    executions: 1e6,
    seconds: 60,
    steps: 10_000,
    shrink: 0,
    keepGoing: false,
  });
}

describe("what explore proves at granularity lock", () => {
  for (const design of freeDesigns) {
    test(`shmem/free-vs-shrinker in design ${design} is as expected, every interleaving of two tasks`, async () => {
      const { definition } = catalogued("shmem/free-vs-shrinker");
      const { kinds } = expectationOf(definition, resolveParams(definition, { design }));
      const { witnesses, exhaustive, blocked } = await run("shmem/free-vs-shrinker", { design });
      expect({ kinds: witnesses.map(({ finding }) => finding.kind), exhaustive, blocked }).toEqual({
        kinds,
        exhaustive: kinds.length === 0,
        blocked: 0,
      });
    });
  }

  for (const algorithm of ["wound-wait", "wait-die"]) {
    test(`ww/abba holds under ${algorithm}`, async () => {
      const { witnesses, exhaustive } = await run("ww/abba", { algorithm });
      expect(witnesses).toEqual([]);
      expect(exhaustive).toBe(true);
    });
  }

  test("kref/get-unless-zero holds for three tasks", async () => {
    const { witnesses, exhaustive } = await run("kref/get-unless-zero", { tasks: "3" });
    expect(witnesses).toEqual([]);
    expect(exhaustive).toBe(true);
  });
});

describe("what explore catches at granularity lock", () => {
  for (const { definition } of catalogue) {
    // A soak scenario has no end that could be reached; two objects under reclaim take the better part of a minute.
    if (!definition.modes.includes("batch") || definition.name === "shmem/free-vs-reclaim") continue;
    for (const [mutant, kinds] of Object.entries(definition.mutants)) {
      test(`${definition.name} mutant ${mutant}`, async () => {
        const [witness] = (await run(definition.name, { mutant })).witnesses;
        expect(kinds).toContain(witness?.finding.kind);
      });
    }
  }
});
