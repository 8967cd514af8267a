import { describe, expect, test } from "vitest";
import { type BenchProgram, checkModel, explored, programs, spinMissing } from "./modules.ts";

// Two tools that share no code, and models that were written apart from the programs: where their verdicts differ, one
// of the four is wrong.

const missing = spinMissing();

/** What both must say. SPIN names what it met, refzero the kind. */
const expected: Readonly<Record<string, readonly [verdict: string, reason?: string, kind?: string]>> = {
  "shrink(0)": ["holds"],
  "shrink(1)": ["violated", "assertion violated (freed==0)", "use-after-free"],
  "phil(4)": ["violated", "invalid end state", "deadlock"],
  "phil_ord(4)": ["holds"],
  "free-vs-shrinker, 2 tasks": ["holds"],
  "free-vs-shrinker, 2 tasks, shrinker-plain-get": [
    "violated",
    "assertion violated (refcount>0)",
    "refcount-get-zero",
  ],
  "free-vs-shrinker, 3 tasks": ["holds"],
  "free-vs-shrinker, 3 tasks, shrinker-plain-get": [
    "violated",
    "assertion violated (refcount>0)",
    "refcount-get-zero",
  ],
};

/** Too many traces for a test: refzero tries some and must find nothing in them. */
const unfinished = ["free-vs-shrinker, 3 tasks"];

const named = (name: string): BenchProgram => {
  const found = programs.find((program) => program.name === name);
  if (found === undefined) throw new Error(`the benchmark has no ${name}`);
  return found;
};

test("SPIN is there where it must be", ({ skip }) => {
  if (missing === undefined) return;
  console.warn(missing);
  skip(missing);
});

describe.skipIf(missing !== undefined)("SPIN and refzero agree", () => {
  for (const [name, [verdict, reason, kind]] of Object.entries(expected)) {
    test(`on ${name}: ${verdict}`, async () => {
      const { model, defines, scenario, params } = named(name);
      // Without SPIN's own reduction: all states.
      const said = await checkModel(String(model), { defines, por: false, seconds: 50 });
      expect({ verdict: said.verdict, reason: said.reason }).toEqual({ verdict, reason });
      const some = unfinished.includes(name);
      const run = await explored(scenario, params, [
        "--shrink",
        "0",
        ...(some ? ["--executions", "500"] : []),
      ]);
      expect({ verdict: run.verdict, kinds: run.violations.map((violation) => violation.kind) }).toEqual({
        verdict,
        kinds: kind === undefined ? [] : [kind],
      });
      expect(run.exhaustive).toBe(verdict === "holds" && !some);
    });
  }
});

describe.skipIf(missing !== undefined)("a search of SPIN that is cut short", () => {
  test("has no verdict, and says how far it got", async () => {
    const { verdict, states } = await checkModel("filesystem", { defines: { N: 14 }, seconds: 0.5 });
    expect(verdict).toBe("none");
    expect(states).toBeGreaterThan(0);
  });
});
