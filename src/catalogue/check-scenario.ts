import * as v from "valibot";
import type { Scenario } from "#scenarios/define";
import { UsageError } from "../record/usage-error.ts";

const param = v.variant("type", [
  v.object({
    type: v.literal("choice"),
    values: v.pipe(v.array(v.string()), v.minLength(1)),
    default: v.string(),
  }),
  v.object({ type: v.literal("int"), min: v.number(), max: v.number(), default: v.number() }),
]);

const shape = v.object({
  name: v.pipe(v.string(), v.minLength(1)),
  claim: v.string(),
  source: v.string(),
  params: v.record(v.string(), param),
  expect: v.picklist(["holds", "violated"]),
  expected: v.optional(v.function()),
  variants: v.optional(v.array(v.record(v.string(), v.unknown()))),
  cell: v.optional(v.function()),
  foundBy: v.optional(v.array(v.picklist(["explore", "race"]))),
  mutants: v.record(v.string(), v.array(v.string())),
  reuse: v.optional(v.union([v.picklist(["never", "at once"]), v.function()])),
  meets: v.optional(v.boolean()),
  modes: v.pipe(v.array(v.picklist(["batch", "soak"])), v.minLength(1)),
  torture: v.optional(v.function()),
  worldWords: v.function(),
  setup: v.function(),
  tasks: v.function(),
  check: v.function(),
});

/**
 * Checks that a file's default export is a scenario.
 * @throws UsageError BAD_SCENARIO_FILE naming the first field that is missing or wrong
 */
export function checkScenario(file: string, exported: unknown): Scenario {
  if (exported === undefined) {
    throw new UsageError("BAD_SCENARIO_FILE", {
      file,
      reason: "it has no default export; write `export default scenario({ ... });`",
    });
  }
  const result = v.safeParse(shape, exported);
  if (result.success) return exported as Scenario;
  const [issue] = result.issues;
  const field = v.getDotPath(issue) ?? "default export";
  throw new UsageError("BAD_SCENARIO_FILE", {
    file,
    reason: `its default export is no scenario: ${field}: ${issue.message}`,
  });
}
