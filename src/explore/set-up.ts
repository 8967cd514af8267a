import { callScenario } from "../catalogue/refuse.ts";
import type { ResolvedScenario } from "../catalogue/resolve.ts";
import { type Granularity, Machine } from "./machine.ts";

/**
 * A machine with the scenario's world laid out.
 * @throws UsageError if its setup throws or needs more memory than it said
 */
export function setUp(
  scenario: ResolvedScenario,
  params: Readonly<Record<string, string | number>>,
  granularity: Granularity,
): Machine {
  return callScenario(scenario, "setup", () => new Machine(scenario.definition, params, granularity));
}
