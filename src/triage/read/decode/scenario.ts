import type { Scenario, ScenarioRow } from "../types.ts";
import { type LineReader, mostLocks, nextPart } from "./draft.ts";

/** Columns where the second CPU's rows stand; the first one's are at 2 and 4. */
const secondColumn = 16;
/** Whose row is whose, where blanks were lost. @kernel kernel/locking/lockdep.c: print_circular_lock_scenario(), print_irq_lock_scenario() */
const circularRows = [0, 1, 1, 0];
const irqRows = [0, 1, 1, 1, 0, 0];

/** Reads the table of "Possible unsafe locking scenario". */
export const readScenario: LineReader = (draft, { text, trimmed }) => {
  const { report } = draft;
  const header = /^Possible (interrupt )?unsafe locking scenario/.exec(trimmed);
  if (header) {
    const inInterrupt = header[1] !== undefined || report.kind === "inconsistent-state";
    const kind = inInterrupt ? "irq" : report.kind === "recursive-locking" ? "recursive" : "cpu";
    report.scenario ??= { kind, rows: [], ended: false, nestingHint: false };
    nextPart(draft);
    draft.inScenario = true;
    return true;
  }
  const { scenario } = report;
  if (!scenario) return false;
  if (/^\*\*\* DEADLOCK \*\*\*/.test(trimmed)) {
    scenario.ended = true;
    draft.inScenario = false;
    settleColumns(scenario);
    return true;
  }
  if (/^May be due to missing lock nesting notation/.test(trimmed)) {
    scenario.nestingHint = true;
    return true;
  }
  if (!draft.inScenario) return false;
  if (/^CPU0\b|^----/.test(trimmed)) return true;
  const row = scenarioRow(text, scenario.rows);
  if (!row || scenario.rows.length >= mostLocks) return false;
  scenario.rows.push(row);
  return true;
};

function scenarioRow(text: string, before: readonly ScenarioRow[]): ScenarioRow | null {
  const trimmed = text.trim();
  const interrupt = before.some((row) => row.op === "interrupt");
  const cpu = text.length - text.trimStart().length >= secondColumn && !interrupt ? 1 : 0;
  if (/^<Interrupt>/.test(trimmed))
    return { cpu: 0, text: trimmed, lock: null, op: "interrupt", interrupt: true };
  if (/^local_irq_disable\(\)/.test(trimmed)) {
    return { cpu, text: trimmed, lock: null, op: "local_irq_disable", interrupt };
  }
  const call = /^(lock|rlock|sync|unlock|try_?lock)\((.*)\);?$/.exec(trimmed);
  if (call?.[1] === undefined || call[2] === undefined) return null;
  return { cpu, text: trimmed, lock: call[2], op: call[1], interrupt };
}

/** A whole table has a known form; that is worth more than blanks that a mailer may have eaten. */
function settleColumns({ kind, rows }: Scenario): void {
  const two = rows.some((row) => row.cpu === 1) || kind === "cpu";
  const cpus = kind === "cpu" ? circularRows : kind === "irq" && two ? irqRows : null;
  if (cpus?.length !== rows.length) return;
  for (const [i, row] of rows.entries()) row.cpu = cpus[i] ?? 0;
}
