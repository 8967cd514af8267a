import { nameOf } from "../catalogue/lock-names.ts";
import type { ResolvedScenario } from "../catalogue/resolve.ts";
import type { ExploreRecord, ExploreViolation } from "../record/explore-record.ts";
import type { Schedule } from "../record/schedule.ts";
import { SCHEDULE_VERSION } from "../record/schedule.ts";
import { violationSentences } from "../record/violation-kinds.ts";
import type { Exploration, ExploreOptions, Witness } from "./explore.ts";
import type { Finding } from "./findings.ts";
import type { Machine } from "./machine.ts";
import { isSampling, stepsOfOne } from "./strategies.ts";
import { pctProbability } from "./strategy/pct.ts";
import { witnessOf } from "./witness.ts";

/** The record of an exploration: what reports read. `command` is the command line that repeats it. */
export function toRecord(options: ExploreOptions, found: Exploration, command: string): ExploreRecord {
  const violated = found.witnesses.length > 0;
  const { strategy } = options;
  return {
    scenario: options.scenario.definition.name,
    claim: options.scenario.definition.claim,
    engine: "explore",
    params: { ...options.params },
    verdict: violated ? "violated" : found.overran || found.executions === 0 ? "inconclusive" : "holds",
    interrupted: found.interrupted,
    strategy,
    granularity: options.granularity,
    seed: isSampling(strategy) ? options.seed.toString(16).padStart(8, "0") : null,
    bound: strategy === "bounded" ? options.bound : null,
    pct: strategy === "pct" ? pctClaim(options, found.machine) : null,
    tasks: [...found.machine.names],
    exhaustive: found.exhaustive,
    firstLook: found.firstLook,
    executions: found.executions,
    blocked: found.blocked,
    steps: found.steps,
    longest: found.longest,
    seconds: found.seconds,
    overran: found.overran,
    overranAt:
      found.overranAt === undefined
        ? null
        : { task: found.machine.names[found.overranAt.task] ?? "", at: found.overranAt.at },
    violations: found.witnesses.map((witness) => violationOf(options, found, witness)),
    advice: found.advice,
    checkpoint: null,
    lockdep: null,
    command,
  };
}

function pctClaim({ depth, steps, executions }: ExploreOptions, machine: Machine): ExploreRecord["pct"] {
  const length = stepsOfOne(machine, { executions, steps });
  return { depth, steps: length, probability: pctProbability(machine.tasks, depth, length) };
}

function violationOf(
  { scenario }: ExploreOptions,
  { machine }: Exploration,
  found: Witness,
): ExploreViolation {
  const { finding, execution, preemptions, events, met, fewest } = found;
  const witness = witnessOf(machine, events, finding, scenario.sources);
  return {
    ...namesOf(machine, finding, scenario),
    execution,
    preemptions,
    steps: events.length,
    met: { ...met },
    fewest,
    schedule: null,
    witness,
  };
}

/** What was found, in names. The machine has to stand at its end. */
export function namesOf(
  machine: Machine,
  finding: Finding,
  { locate }: Pick<ResolvedScenario, "locate">,
): Pick<ExploreViolation, "kind" | "message" | "task" | "other" | "object" | "value" | "waits"> {
  const name = (task: number): string | null => machine.names[task] ?? null;
  const word = (addr: number): string => nameOf(machine.heap, addr);
  const sentence = finding.kind === "none" ? "" : violationSentences[finding.kind];
  const thrown = finding.error === undefined ? "" : `: ${thrownText(finding.error, locate)}`;
  return {
    kind: finding.kind,
    message: sleepText(machine, finding) ?? `${sentence}${thrown}`,
    task: name(finding.task),
    other: name(finding.other),
    object: finding.object === 0 ? null : word(finding.object),
    value: finding.value,
    waits: finding.waits.map((wait) => ({
      task: name(wait.task) ?? "",
      waitsFor: word(wait.word),
      heldBy: name(wait.holder) ?? (wait.held ? "its readers" : null),
      ...(wait.sleep === undefined ? {} : { expected: wait.sleep.expected, now: wait.sleep.now }),
    })),
  };
}

/** What is wrong with a sleep on a word whose wake-up is lost: the sentence of the kind is about locks. */
function sleepText(machine: Machine, { kind, task, waits }: Finding): string | undefined {
  const sleep = waits.find((wait) => wait.task === task)?.sleep;
  if (kind !== "lost-wakeup" || sleep === undefined) return undefined;
  const who = machine.names[task] ?? "a task";
  return sleep.now !== sleep.expected
    ? `${who} sleeps on a word that has changed since, and nobody is left to notify it`
    : `${who} sleeps on a word that was notified before it slept, and nobody is left to notify it again`;
}

/** What was thrown, and where, as a race says it. */
function thrownText(error: unknown, locate: ResolvedScenario["locate"]): string {
  if (!(error instanceof Error)) return String(error);
  const { file, line, column, message } = locate(error);
  return `${message} (${line === undefined ? file : `${file}:${line}:${column ?? 1}`})`;
}

/** The schedule of a violation, for a file. `scenario`: how the file is to name it. */
export function scheduleOf(
  record: Pick<ExploreRecord, "params" | "granularity" | "tasks" | "command">,
  violation: ExploreViolation,
  scenario: string,
): Schedule {
  return {
    format: "refzero-schedule",
    version: SCHEDULE_VERSION,
    scenario,
    params: record.params,
    granularity: record.granularity === "lock" ? "lock" : "atomic",
    tasks: record.tasks,
    kind: violation.kind,
    object: violation.object,
    preemptions: violation.preemptions,
    steps: violation.witness.steps.map(({ id, outcome, did, on, hash }) => ({
      task: id,
      outcome,
      did,
      on,
      hash,
    })),
    foundBy: record.command,
  };
}
