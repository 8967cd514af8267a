import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { catalogue } from "#scenarios/index";
import { race, told } from "../workers/races.ts";

const SEEDS = [1, 2, 3];
/** Kinds that only the explorer can see. */
const unseen = ["data-race"];
/** What a reported race can go wrong in takes a preemption at one step: reports.test.ts has it explored. */
const isReport = (name: string): boolean => name.startsWith("report/");
const mutants = catalogue.flatMap(({ definition }) =>
  Object.entries(isReport(definition.name) ? {} : definition.mutants)
    .filter(([, kinds]) => kinds.some((kind) => !unseen.includes(kind)))
    .map(([mutant, kinds]) => ({
      definition,
      name: definition.name,
      mutant,
      kinds,
    })),
);

test("each value of parameter mutant but none says how it is caught", () => {
  for (const { definition } of catalogue) {
    const { mutant } = definition.params;
    const values = mutant?.type === "choice" ? mutant.values : ["none"];
    expect([...values].sort(), definition.name).toEqual([...Object.keys(definition.mutants), "none"].sort());
  }
});

describe.each(mutants)("$name mutant=$mutant", ({ definition, name, mutant, kinds }) => {
  test.each(SEEDS)("is caught as one of its kinds (seed %i)", async (seed) => {
    const tasks = definition.params.tasks?.default ?? 2;
    // With more tasks than cores somebody has to be stopped between two locks: that is what the gate is for.
    const chaos = Number(tasks) > availableParallelism() && definition.modes[0] === "batch" ? 20 : 0;
    const record = await race(name, { param: { mutant }, seconds: 20, seed, chaos });
    expect(record.verdict, told(record)).toBe("violated");
    expect(kinds, told(record)).toContain(record.violations[0]?.kind);
    if (mutant === "no-backoff") {
      const { waits } = record.violations[0] ?? { waits: [] };
      expect(new Set(waits.map(({ task }) => task)).size).toBe(waits.length);
      expect(new Set(waits.map(({ waitsFor }) => waitsFor)).size).toBe(waits.length);
      expect(new Set(waits.map(({ heldBy }) => heldBy))).toEqual(new Set(waits.map(({ task }) => task)));
      expect(waits.length).toBeGreaterThanOrEqual(2);
    }
    if (record.violations[0]?.kind === "lost-wakeup")
      expect(record.violations[0]?.waits[0]?.heldBy).toBeNull();
  });
});

test("shrinker-lock-unref has contended frees", async () => {
  const record = await race("shmem/free-vs-shrinker", {
    param: { mutant: "shrinker-lock-unref" },
    seconds: 20,
    afterViolation: 0.5,
  });
  expect(record.contendedFrees, told(record)).toBeGreaterThan(0);
  expect(record.violations.map(({ kind }) => kind)).toContain("contention-at-free");
});
