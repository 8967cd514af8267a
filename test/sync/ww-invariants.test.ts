import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { faults } from "../support/program.ts";
import wwStress, { type Shape } from "../support/programs/ww-stress.ts";
import { randomScheduler } from "../support/scheduler.ts";
import { Trial } from "../support/trials.ts";
import { WwInspector } from "../support/ww-inspector.ts";

// `REFZERO_FUZZ=20 npx vitest run test/sync/ww-invariants.test.ts` looks twenty times as long.
const effort = Number(process.env.REFZERO_FUZZ ?? 1);

const shapes: readonly Shape[] = ["in-order", "reorder", "trylock", "single", "mixed"];

/** A random program over a few locks: everything its tasks do follows from these numbers. */
const program = fc
  .record({
    tasks: fc.integer({ min: 2, max: 4 }),
    rounds: fc.integer({ min: 1, max: 3 }),
    shape: fc.constantFrom(...shapes),
    locks: fc.integer({ min: 1, max: 4 }),
    held: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer({ min: 0, max: 1000 }),
    inject: fc.constantFrom(0, 0, 0, 1),
  })
  .map((params) => ({ ...params, held: Math.min(params.held, params.locks), mutant: 0 }));

describe.each(["wait-die", "wound-wait"] as const)("%s", (algorithm) => {
  test("queues are in order of age, wounds are fresh, the oldest never backs off, and all end", {
    timeout: 60_000 * effort,
  }, () => {
    let longest = 0;
    fc.assert(
      fc.property(
        program,
        fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 4, maxLength: 4 }),
        (params, seeds) => {
          const trial = new Trial(wwStress, { ...params, algorithm });
          for (const seed of seeds) {
            const inspector = new WwInspector(trial.root, params.locks, params.tasks);
            const outcome = trial.run(randomScheduler(seed), { afterStep: inspector.look });
            longest = Math.max(longest, inspector.longest);
            expect(faults(outcome)).toBe("");
          }
        },
      ),
      { numRuns: 250 * effort },
    );
    // The queues were worth looking at.
    expect(longest).toBeGreaterThanOrEqual(3);
  });

  test("also where sleepers wake up for no reason", { timeout: 60_000 * effort }, () => {
    fc.assert(
      fc.property(program, fc.integer({ min: 0, max: 1e6 }), (params, seed) => {
        const trial = new Trial(wwStress, { ...params, algorithm });
        const inspector = new WwInspector(trial.root, params.locks, params.tasks);
        const outcome = trial.run(randomScheduler(seed), { afterStep: inspector.look, spurious: true });
        expect(faults(outcome)).toBe("");
      }),
      { numRuns: 150 * effort },
    );
  });
});
