import { describe, expect, test } from "vitest";
import { catalogue } from "#scenarios/index";
import { freeDesigns } from "#shared/drm/designs";
import { expectSame, follow, ready } from "./follows.ts";
import { atRandom, endingIn } from "./plans.ts";

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
const batch = catalogue.filter(({ definition }) => definition.modes.includes("batch"));

describe("threads do what the stepper did, step by step and word by word:", () => {
  test.each(batch.map(({ definition }) => definition.name))("%s", async (name) => {
    const one = await ready(name);
    const run = atRandom(one.scenario.definition, one.params, 7);
    expect(run.plan.steps.length).toBeGreaterThan(0);
    expectSame(await follow(one, run.plan), run);
  });

  test.each(freeDesigns)("shmem/free-vs-shrinker in design %s", async (design) => {
    const one = await ready("shmem/free-vs-shrinker", { design });
    for (const seed of [1, 2, 3]) {
      const run = atRandom(one.scenario.definition, one.params, seed);
      expectSame(await follow(one, run.plan), run);
    }
  });

  test.each(["shmem/free-vs-shrinker", "ww/abba", "dpor/mutex"])("%s under 20 seeds", async (name) => {
    const one = await ready(name);
    for (const seed of seeds) {
      const run = atRandom(one.scenario.definition, one.params, seed);
      expectSame(await follow(one, run.plan), run);
    }
  });
});

describe("threads end where the stepper ended:", () => {
  const mutants = batch.flatMap(({ definition }) =>
    Object.entries(definition.mutants).map(([mutant, kinds]) => [definition.name, mutant, kinds] as const),
  );
  test.each(mutants)("%s mutant %s", async (name, mutant, kinds) => {
    const one = await ready(name, { mutant });
    const run = endingIn(one.scenario.definition, one.params, kinds);
    expectSame(await follow(one, run.plan), run);
  });

  test("philosophers in their deadlock", async () => {
    const one = await ready("dpor/phil");
    const run = endingIn(one.scenario.definition, one.params, ["deadlock", "lost-wakeup", "wait-forever"]);
    const followed = await follow(one, run.plan);
    expectSame(followed, run);
    expect(followed.pending.some(({ finished }) => finished)).toBe(false);
  });
});
