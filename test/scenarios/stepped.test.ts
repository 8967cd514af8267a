import { describe, expect, test } from "vitest";
import type { Mode, Scenario } from "#scenarios/define";
import { catalogue } from "#scenarios/index";
import type { Addr, Step } from "#shared/atomic/index";
import type { ViolationKind } from "#shared/violation";
import { resolveParams } from "../../src/catalogue/params.ts";
import { quarantineOf } from "../../src/catalogue/quarantine.ts";
import { drive, MOST_TASKS, newArena, World } from "../support/arena.ts";
import { randomScheduler } from "../support/scheduler.ts";
import { runSteps } from "../support/stepper.ts";

// The same scenarios in the stepped build, one thread and a random schedule a seed: both builds are one program.

/** Operations of each task in a scenario that only has a long life. */
const ROUNDS = 6;

interface Tried {
  readonly kinds: readonly ViolationKind[];
  readonly end: string;
  readonly report: string;
}

function* many(path: () => Step<void>, rounds: number): Step<void> {
  for (let round = 0; round < rounds; round++) yield* path();
}

function tryOnce(definition: Scenario, param: Readonly<Record<string, string>>, seed: number): Tried {
  const params = resolveParams(definition, param) as never;
  const mode: Mode = definition.modes[0] ?? "batch";
  const specs = definition.tasks(params, mode);
  const words = newArena(definition.worldWords(params, mode) + 64);
  const quarantine = mode === "batch" ? quarantineOf(definition, params, mode) : 0;
  const world = new World(specs.length, 0, words, quarantine);
  const root: Addr = drive(definition.setup(world.heap, params, mode));
  const rounds = mode === "soak" ? ROUNDS : 1;
  const tasks = specs.map((spec) => many(() => spec.run(root, params), rounds));
  const { end, report } = runSteps(world, tasks, randomScheduler(seed), { maxSteps: 50_000 });
  if (end === "finished" && world.violations().length === 0)
    drive(definition.check(root, params, world.heap));
  return { kinds: world.violations().map(({ kind }) => kind), end, report };
}

const small = catalogue
  .map(({ definition }) => definition)
  .filter((one) => one.tasks(resolveParams(one, {}) as never, one.modes[0] ?? "batch").length <= MOST_TASKS);

describe.each(small.filter((one) => one.expect === "holds"))("$name", (definition) => {
  const { design } = definition.params;
  const all: Readonly<Record<string, string>>[] =
    design?.type === "choice" ? design.values.map((value) => ({ design: value })) : [{}];
  // A claim that holds by default need not hold in every design: the scenario says so.
  const designs = all.filter(
    (param) => definition.expected?.(resolveParams(definition, param) as never).verdict !== "violated",
  );

  test.each(designs)("holds under random schedules with %o", (param) => {
    for (let seed = 0; seed < 60; seed++) {
      const { kinds, end, report } = tryOnce(definition, param, seed);
      expect({ kinds, end }, `seed ${seed}: ${report}`).toEqual({ kinds: [], end: "finished" });
    }
  });
});

/** What a standstill of the stepper may be called in a race. */
const standstill: readonly ViolationKind[] = ["deadlock", "lost-wakeup", "wait-forever"];

describe.each(small.filter((one) => Object.keys(one.mutants).length > 0))(
  "mutants of $name",
  (definition) => {
    test.each(Object.entries(definition.mutants))("%s is caught under some schedule", (mutant, expected) => {
      const caught = Array.from({ length: 2000 }, (_, seed) => seed).find((seed) => {
        const { kinds, end } = tryOnce(definition, { mutant }, seed);
        const stands = end === "deadlock" && expected.some((kind) => standstill.includes(kind));
        return stands || kinds.some((kind) => expected.includes(kind));
      });
      expect(caught).toBeDefined();
    });
  },
);
