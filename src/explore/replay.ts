import type { ResolvedScenario } from "../catalogue/resolve.ts";
import type { ExploreViolation } from "../record/explore-record.ts";
import type { Schedule } from "../record/schedule.ts";
import type { ThreadPlan } from "../record/thread-plan.ts";
import type { WitnessStep } from "../record/witness.ts";
import { type Finding, findingsAtEnd } from "./findings.ts";
import type { Machine } from "./machine.ts";
import { preemptionsOf } from "./preemption.ts";
import { setUp } from "./set-up.ts";
import { namesOf } from "./to-record.ts";
import { type Stop, Tracer } from "./trace.ts";
import { tell } from "./witness.ts";

/** What came of replaying a schedule in one thread. */
export interface Replay {
  /** Why it no longer fits, if it does not. */
  readonly stop: Stop | undefined;
  /** What it ends in, with the interleaving; undefined if nothing is wrong at its end. */
  readonly violation: Omit<ExploreViolation, "execution" | "met" | "fewest" | "schedule"> | undefined;
  readonly steps: readonly WitnessStep[];
  readonly tasks: readonly string[];
  /** The same in single accesses, for threads to follow, with the value that each met. */
  readonly plan: ThreadPlan;
  readonly values: readonly number[];
  /** The world's memory at the end. */
  readonly words: Int32Array;
  readonly finding: Finding | undefined;
}

/**
 * Runs a schedule again, step by step, and compares each with what it was.
 * @throws UsageError if the scenario's setup throws
 */
export function replay(
  scenario: ResolvedScenario,
  params: Readonly<Record<string, string | number>>,
  schedule: Schedule,
): Replay {
  const machine = setUp(scenario, params, schedule.granularity);
  const tracer = new Tracer(machine, scenario.sources);
  const stop =
    strangerIn(machine, schedule) ??
    tracer.run(schedule.steps, (step, index) => differs(step, schedule, index));
  const finding = stop === undefined ? findingsAtEnd(machine, tracer.log)[0] : undefined;
  const words = machine.words.slice();
  const { events } = tracer.log;
  const told =
    finding === undefined
      ? undefined
      : {
          ...namesOf(machine, finding, scenario),
          steps: events.length,
          witness: tell(machine, tracer, finding),
        };
  return {
    stop,
    violation: told === undefined ? undefined : { ...told, preemptions: preemptionsOf(machine, events) },
    steps: tracer.steps,
    tasks: machine.names,
    plan: { tasks: machine.tasks, steps: tracer.singles },
    values: tracer.singles.map(({ before }) => before),
    words,
    finding,
  };
}

function strangerIn(machine: Machine, { tasks }: Schedule): Stop | undefined {
  const [then, now] = [tasks.join(", "), machine.names.join(", ")];
  return then === now ? undefined : { step: 1, reason: `the tasks were ${then}, and are now ${now}` };
}

function differs(now: WitnessStep, { steps }: Schedule, index: number): string | undefined {
  const then = steps[index];
  if (then === undefined || then.hash === now.hash) return undefined;
  const [was, is] = [`${then.did} ${then.on}`.trim(), `${now.did} ${now.on}`.trim()];
  const at = now.at === null ? "" : ` (${now.at})`;
  if (was === is)
    return `${now.task} does '${is}'${at} as before, but meets another value (${now.effect || "none shown"})`;
  return `${now.task} did '${was}', and now does '${is}'${at}`;
}
