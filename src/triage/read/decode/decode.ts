import type { ReportText } from "../split.ts";
import type { LogReport } from "../types.ts";
import { type Draft, irqOf, type LineReader, newDraft } from "./draft.ts";
import { readAsked, readWho } from "./head.ts";
import { irqContext, readIrq } from "./irq.ts";
import { settleKind } from "./kind.ts";
import { readChainEntry, readHeld, readLock } from "./locks.ts";
import { missingParts } from "./missing.ts";
import { readScenario } from "./scenario.ts";
import { readStack } from "./stack.ts";
import { readFault, readHung, readWarning } from "./trouble.ts";

/** In this order: the first that knows a line has it. Frames come late, they look like much else. */
const readers: readonly LineReader[] = [
  readHung,
  readWarning,
  readFault,
  readChainEntry,
  readHeld,
  readAsked,
  readScenario,
  readIrq,
  readLock,
  readWho,
  readStack,
];
/** A report is over after so many lines that say nothing about it; fewer once its stack is complete. */
const mostQuiet = 80;
const mostQuietAtEnd = 4;

/** Decodes one report as far as it is there. Null if its lines turn out to be no report. */
export function decodeReport(text: ReportText): LogReport | null {
  const draft = newDraft(text);
  for (const line of text.lines) {
    if (draft.quiet > (draft.ended ? mostQuietAtEnd : mostQuiet)) break;
    const trimmed = line.text.trim();
    const known = readers.some((read) => read(draft, { text: line.text, trimmed }));
    // Blank lines and rulers belong to a report and say nothing.
    if (known || isTitle(line.text, text)) {
      draft.report.lines.last = Math.max(draft.report.lines.last, line.end ?? line.no);
      draft.quiet = 0;
    } else if (trimmed !== "") draft.quiet++;
  }
  return finish(draft, text);
}

function isTitle(line: string, text: ReportText): boolean {
  return line.trim() === text.title;
}

function finish(draft: Draft, text: ReportText): LogReport | null {
  const { report } = draft;
  const kind = settleKind(report, text);
  if (kind === null) return null;
  report.kind = kind;
  if (["irq-order", "irq-inversion", "inconsistent-state"].includes(kind)) {
    const irq = irqOf(draft);
    irq.context = irqContext(`${text.title} ${irq.states?.from ?? ""} ${irq.states?.to ?? ""}`);
    if (irq.context === null) irq.context = irqContext(text.lines.map((line) => line.text).join("\n"));
  }
  giveHungItsLocks(report);
  // Left held on the way out: the list is all that names it.
  if (kind === "exit-held") report.wanted ??= report.held.at(-1) ?? null;
  const reads = report.scenario?.rows.some((row) => row.op === "rlock" && row.lock === report.wanted?.class);
  if (report.wanted && reads) report.wanted.readState ??= true;
  report.missing = missingParts(draft);
  if (text.kind === null) report.missing.unshift("the first lines of the report");
  report.complete = report.missing.length === 0;
  return report;
}

/** "Showing all locks held in the system" lists the hung tasks among all others. */
function giveHungItsLocks(report: LogReport): void {
  if (report.kind !== "hung-task" || report.heldCount !== null) return;
  const at = report.otherTasks.findIndex((other) => other.task.pid === report.task?.pid);
  const own = report.otherTasks[at];
  if (!own) return;
  report.held = own.held;
  report.heldCount = own.heldCount;
  report.otherTasks.splice(at, 1);
}
