import { STEP } from "#shared/atomic/step-kind";
import { nameOf } from "../catalogue/lock-names.ts";
import type { LastWriter, RaceAccess, Witness } from "../record/witness.ts";
import type { Finding } from "./findings.ts";
import type { Machine } from "./machine.ts";
import { type Choice, Tracer } from "./trace.ts";

/** Runs a failing interleaving again and writes down everything. The machine is left at its end. */
export function witnessOf(
  machine: Machine,
  choices: readonly Choice[],
  finding: Finding,
  sources: ReadonlyMap<string, string>,
): Witness {
  const tracer = new Tracer(machine, sources);
  tracer.run(choices, () => undefined);
  return tell(machine, tracer, finding);
}

/** What a traced interleaving shows of what was found at its end. */
export function tell(machine: Machine, tracer: Tracer, finding: Finding): Witness {
  return {
    steps: tracer.steps,
    lastWriter: lastWriterOf(tracer, finding),
    accesses: finding.kind === "data-race" ? accessesOf(machine, tracer) : [],
  };
}

/** Who wrote the word before the step that found it wrong. */
function lastWriterOf({ log, steps }: Tracer, finding: Finding): LastWriter | null {
  if (finding.object === 0 || finding.kind === "data-race" || finding.waits.length > 0) return null;
  const end = finding.task >= 0 ? log.lastOf(finding.task) : log.length;
  for (let index = end - 1; index >= 0; index--) {
    const touches =
      log.addr[index] === finding.object ||
      isFreed(log.addr[index] ?? 0, log.size[index] ?? 0, finding.object);
    const step = steps[index];
    if (touches && log.writes[index] !== 0 && step !== undefined)
      return { step: step.step, task: step.task, did: `${step.did} ${step.effect}`.trim(), at: step.at };
  }
  return null;
}

function isFreed(addr: number, size: number, object: number): boolean {
  return size > 0 && object >= addr && object < addr + size;
}

function accessesOf(machine: Machine, { log, steps }: Tracer): RaceAccess[] {
  const { race } = log;
  if (race === undefined) return [];
  return [race.first, race.second].flatMap((index) => {
    const step = steps[index];
    if (step === undefined) return [];
    const before = log.before[index] ?? 0;
    const wrote = log.writes[index] !== 0;
    return {
      step: step.step,
      task: step.task,
      access: accessName(log.kind[index] ?? 0),
      on: nameOf(machine.heap, log.addr[index] ?? 0),
      before,
      after: wrote ? (log.operand[index] ?? before) : before,
      at: step.at,
    };
  });
}

function accessName(kind: number): string {
  if (kind === STEP.PLAIN_READ) return "plain read";
  if (kind === STEP.PLAIN_WRITE) return "plain write";
  return kind === STEP.WRITE || kind === STEP.WRITE_ONCE ? "marked write" : "marked access";
}
