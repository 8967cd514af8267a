import { UsageError } from "../record/usage-error.ts";

/** Thrown when the same choices lead elsewhere: the scenario depends on something besides them. */
export class Nondeterminism extends Error {
  override name = "Nondeterminism";
  readonly step: number;
  readonly task: number;

  constructor(step: number, task: number) {
    super("the same choices led to another step");
    this.step = step;
    this.task = task;
  }
}

/** What to tell the user of an exploration that threw: a scenario that is not deterministic is bad input. */
export function explainedFor(scenario: string, error: unknown): unknown {
  if (!(error instanceof Nondeterminism)) return error;
  return new UsageError("NONDETERMINISTIC", {
    scenario,
    step: error.step + 1,
    task: `task ${error.task}`,
  });
}
