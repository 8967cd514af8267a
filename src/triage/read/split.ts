import { opening } from "./kinds.ts";
import type { LogLine } from "./prefix.ts";
import type { ReportKind } from "./types.ts";

/** The lines of one report, of its own task only where the log names tasks. */
export interface ReportText {
  kind: ReportKind | null;
  title: string;
  first: number;
  caller: string | null;
  lines: LogLine[];
}

/** Lines after which a second message of one trouble is news: an oops says its name several times. */
const sameTrouble = 8;

/** Cuts the lines of a window into reports: each goes from its first message to the next one of the same task. */
export function splitReports(lines: readonly LogLine[]): ReportText[] {
  const done: ReportText[] = [];
  const open = new Map<string | null, ReportText>();
  let owner: string | null = null;
  let learnt = "";
  for (const [i, line] of lines.entries()) {
    // A line without a prefix goes on with the message before it.
    if (line.prefixed || line.caller !== null) owner = line.caller;
    const begin = opening(line.text);
    const current = open.get(owner);
    if (begin && !(current && belongsTo(begin.kind, line, current))) {
      learnt = line.text.slice(0, begin.column).trim() === "" ? "" : line.text.slice(0, begin.column);
      const report: ReportText = {
        kind: begin.kind,
        title: line.text.slice(begin.column).trim(),
        first: firstLine(lines, i),
        caller: owner,
        lines: [],
      };
      // The words of a warning may stand between "cut here" and its place.
      report.lines.push(...lines.slice(0, i).filter((l) => l.no >= report.first && l.caller === owner));
      report.lines.push({ ...line, text: report.title });
      open.set(owner, report);
      done.push(report);
      continue;
    }
    const own = learnt !== "" && line.text.startsWith(learnt) ? line.text.slice(learnt.length) : line.text;
    current?.lines.push({ ...line, text: own });
  }
  return done;
}

/** Tells whether a message that could begin a report is one more line of the report that is open. */
function belongsTo(kind: ReportKind | null, line: LogLine, report: ReportText): boolean {
  if (kind === null) return isLockdep(report.kind);
  const near = line.no - (report.lines.at(0)?.no ?? 0) <= sameTrouble;
  if (kind === report.kind && near && ["oops", "lockdep-off", "refcount", "ubsan"].includes(kind)) {
    return kind !== "ubsan";
  }
  if (kind === "oops" && report.kind === "oops") return /Oops: |Internal error/.test(line.text);
  if (kind === "hung-task") return report.kind === "hung-task" && !knows(report, line.text);
  if (kind === "lockdep-off") return report.kind === "lockdep-off";
  const pair = [kind, report.kind];
  const warned = near && pair.includes("warning");
  if (warned && (pair.includes("refcount") || pair.includes("oops"))) {
    if (report.kind === "warning") report.kind = kind;
    if (kind === "refcount") report.title = line.text.trim();
    return true;
  }
  return false;
}

/** The next round of the watchdog names the same tasks again. @kernel kernel/hung_task.c: check_hung_uninterruptible_tasks() */
function knows(report: ReportText, text: string): boolean {
  const task = /INFO: task (.*) blocked/.exec(text)?.[1] ?? text;
  return report.lines.some((line) => line.text.includes(`task ${task} blocked`));
}

function isLockdep(kind: ReportKind | null): boolean {
  return kind !== null && !["warning", "oops", "kasan", "ubsan", "refcount", "hung-task"].includes(kind);
}

/** Goes back to "cut here" or the ruler above a message. */
function firstLine(lines: readonly LogLine[], at: number): number {
  const first = lines[at]?.no ?? 1;
  for (let i = at - 1; i >= Math.max(0, at - 3); i--) {
    const line = lines[i];
    if (!line) break;
    if (/cut here|={20}/.test(line.text)) return line.no;
    if (opening(line.text)) break;
  }
  return first;
}
