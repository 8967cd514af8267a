import type { ExploreRecord, ExploreViolation } from "../../src/record/explore-record.ts";
import type { Witness, WitnessStep } from "../../src/record/witness.ts";

/** A step, from the facts that matter. */
export function step(number: number, id: number, facts: Partial<WitnessStep>): WitnessStep {
  return {
    step: number,
    task: `task-${id}`,
    id,
    outcome: 0,
    calls: ["run"],
    did: "read",
    through: null,
    on: "a of mine#1",
    effect: "",
    at: `mine.ts:${number}:5`,
    held: [],
    switched: null,
    isPrivate: false,
    hash: "00000000",
    ...facts,
  };
}

/** A violation with this interleaving. */
export function violation(
  kind: string,
  witness: Partial<Witness> & Pick<Witness, "steps">,
  facts: Partial<ExploreViolation> = {},
): ExploreViolation {
  return {
    kind,
    message: "something that does not hold",
    task: "task-0",
    other: null,
    object: "a of mine#1",
    value: 0,
    execution: 3,
    preemptions: 1,
    steps: witness.steps.length,
    met: { steps: 1234, preemptions: 4 },
    fewest: true,
    waits: [],
    schedule: ".refzero/mine-0000.schedule.json",
    ...facts,
    witness: { lastWriter: null, accesses: [], ...witness },
  };
}

/** An exploration of two tasks that came to these violations. */
export function exploration(
  violations: ExploreViolation[],
  facts: Partial<ExploreRecord> = {},
): ExploreRecord {
  return {
    scenario: "mine/test",
    claim: "nothing goes wrong",
    engine: "explore",
    params: { size: 2 },
    verdict: violations.length > 0 ? "violated" : "holds",
    interrupted: false,
    strategy: "dpor",
    granularity: "lock",
    seed: null,
    bound: null,
    pct: null,
    tasks: ["task-0", "task-1"],
    exhaustive: violations.length === 0,
    firstLook: false,
    executions: 8412,
    blocked: 0,
    steps: 123_456,
    longest: 40,
    seconds: 0.25,
    overran: false,
    overranAt: null,
    lockdep: null,
    violations,
    advice: [],
    checkpoint: null,
    command: "refzero explore mine.ts",
    ...facts,
  };
}
