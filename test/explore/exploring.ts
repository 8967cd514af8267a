import type { Scenario } from "#scenarios/define";
import type { ResolvedScenario } from "../../src/catalogue/resolve.ts";
import type { Witness } from "../../src/explore/explore.ts";
import { type Exploration, type ExploreOptions, explore } from "../../src/explore/explore.ts";

/** A scenario of a test as an engine takes it. */
function resolved(definition: Scenario): ResolvedScenario {
  const { name } = definition;
  return {
    definition,
    module: name,
    named: name,
    file: undefined,
    sources: new Map(),
    locate: ({ message }) => ({ file: name, message }),
    cleanup: () => {},
  };
}

/** Explores a scenario of a test; what is not said is as the command line has it, at granularity `atomic`. */
export function explored(definition: Scenario, options: Partial<ExploreOptions> = {}): Promise<Exploration> {
  return explore({
    scenario: resolved(definition),
    params: {},
    strategy: "dpor",
    granularity: "atomic",
    bound: 2,
    depth: 3,
    seed: 1,
    executions: 1e6,
    seconds: 60,
    steps: 10_000,
    shrink: 20_000,
    keepGoing: false,
    ...options,
  });
}

/** The tasks of a witness's steps, in order, by number. */
export function orderOf({ events }: Witness): string {
  return events.map(({ task }) => task).join("");
}
