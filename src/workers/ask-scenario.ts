import type { Mode } from "#scenarios/define";
import { MAX_TASKS } from "#shared/task";
import { callScenario, refuseAnswer } from "../catalogue/refuse.ts";
import type { ResolvedScenario } from "../catalogue/resolve.ts";
import { UsageError } from "../record/usage-error.ts";

/** A scenario, and how it is to be run. */
export interface Asked {
  readonly scenario: ResolvedScenario;
  readonly params: Readonly<Record<string, string | number>>;
  readonly mode: Mode;
}

/** Names of the scenario's tasks, in order. @throws UsageError if they cannot be run */
export function taskNames({ scenario, params, mode }: Asked): string[] {
  const specs = callScenario(scenario, "tasks", () => scenario.definition.tasks(params as never, mode));
  const count = Array.isArray(specs) ? specs.length : 0;
  if (count < 1 || count > MAX_TASKS) refuseAnswer(scenario, "tasks", `${count} tasks`, `1 to ${MAX_TASKS}`);
  const bad = specs.findIndex((task) => typeof task?.name !== "string" || typeof task.run !== "function");
  if (bad >= 0)
    refuseAnswer(
      scenario,
      "tasks",
      `no name and run for task ${bad}`,
      "{ name: text, run: stepped function }",
    );
  const daemon = specs.find((task) => task.daemon === true);
  if (daemon !== undefined)
    throw new UsageError("UNSUPPORTED", {
      what: `${scenario.definition.name} cannot be run on threads: task ${daemon.name} is a daemon, and a world ends when all have left it`,
      allowed: "refzero explore, or a task that ends",
    });
  return specs.map((task) => task.name);
}

/** Words that one world of the scenario needs. @throws UsageError if that is no number of words */
export function worldWordsOf({ scenario, params, mode }: Asked): number {
  const worldWords = callScenario(scenario, "worldWords", () =>
    scenario.definition.worldWords(params as never, mode),
  );
  if (!Number.isInteger(worldWords) || worldWords < 1)
    refuseAnswer(scenario, "worldWords", String(worldWords), "a whole number from 1 up");
  return worldWords;
}
