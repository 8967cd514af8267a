import { nameOf } from "../catalogue/lock-names.ts";
import type { ExploreRecord, ExploreViolation } from "../record/explore-record.ts";
import { violationSentences } from "../record/violation-kinds.ts";
import type { Exploration, ExploreOptions, Witness } from "./explore.ts";
import { scheduleSteps } from "./schedule-text.ts";

/** The record of an exploration: what reports read. `command` is the command line that repeats it. */
export function toRecord(options: ExploreOptions, found: Exploration, command: string): ExploreRecord {
  const violated = found.witnesses.length > 0;
  return {
    scenario: options.scenario.definition.name,
    claim: options.scenario.definition.claim,
    engine: "explore",
    params: { ...options.params },
    verdict: violated ? "violated" : found.overran || found.executions === 0 ? "inconclusive" : "holds",
    strategy: options.strategy,
    granularity: options.granularity,
    tasks: [...found.machine.names],
    exhaustive: found.exhaustive,
    executions: found.executions,
    blocked: found.blocked,
    steps: found.steps,
    seconds: found.seconds,
    overran: found.overran,
    violations: found.witnesses.map((witness) => violationOf(found, witness)),
    command,
  };
}

function violationOf(
  { machine }: Exploration,
  { finding, execution, preemptions, events, met, fewest }: Witness,
): ExploreViolation {
  const name = (task: number): string | null => machine.names[task] ?? null;
  const word = (addr: number): string => nameOf(machine.heap, addr);
  const thrown =
    finding.error === undefined
      ? ""
      : `: ${finding.error instanceof Error ? finding.error.message : finding.error}`;
  return {
    kind: finding.kind,
    message: `${finding.kind === "none" ? "" : violationSentences[finding.kind]}${thrown}`,
    task: name(finding.task),
    object: finding.object === 0 ? null : word(finding.object),
    execution,
    preemptions,
    steps: events.length,
    met: { ...met },
    fewest,
    waits: finding.waits.map((wait) => ({
      task: name(wait.task) ?? "",
      waitsFor: word(wait.word),
      heldBy: name(wait.holder),
    })),
    schedule: scheduleSteps(machine, events),
  };
}
