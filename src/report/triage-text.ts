import type { TriageFile, TriageReport } from "../record/triage-record.ts";
import { counted } from "./numbers.ts";
import type { Style } from "./style.ts";
import { wrapped } from "./wrap.ts";

/** What was found in one file. `facts`: every fact that matters, also those that decide nothing. */
export function triageText(
  file: TriageFile,
  style: Style,
  options: { quiet: boolean; facts: boolean },
): string {
  const { reports } = file;
  if (reports.length === 0) return `${file.file}: no report found\n`;
  const head = `${file.file}: ${counted(reports.length, "report")}`;
  const bodies = reports.map((report) =>
    options.quiet ? [verdictLine(report)] : reportLines(report, style, options.facts),
  );
  const lines = [...(options.quiet ? [] : [head]), ...bodies.flat()];
  return `${lines.map((line) => (style.unicode ? line : line.replaceAll("·", "|"))).join("\n")}\n`;
}

function verdictLine({ verdict, kind, locks, condition }: TriageReport): string {
  const of = locks.length === 0 ? "" : ` of ${locks.join(" -> ")}`;
  return `${verdict}: ${kind}${of}${condition === null ? "" : ` (${condition})`}`;
}

function reportLines(report: TriageReport, style: Style, all: boolean): string[] {
  const { lines, kernel, tasks, edges, missing, why, model, witness, outcomes } = report;
  const where = [
    `lines ${lines.first} to ${lines.last}`,
    ...(kernel === null ? [] : [`kernel ${kernel}`]),
    ...(tasks.length === 0 ? [] : [`task ${tasks.join(", ")}`]),
  ];
  const shown = all
    ? report.facts
    : report.facts.filter(({ standing }) => standing !== "possible" || outcomes.length > 0);
  return [
    "",
    report.title,
    `  ${where.join(" · ")}`,
    ...edges.map(
      ({ from, to, origin, path, isNew }) =>
        `  ${from} -> ${to}  ${isNew ? "the new one, " : ""}${origin}${path.length === 0 ? "" : `: ${path.slice(0, 6).join(" < ")}`}`,
    ),
    ...(missing.length === 0 ? [] : labelled("missing", missing.join("; "), style)),
    verdictLine(report),
    ...labelled("why", why, style),
    ...shown.flatMap(({ rule, says, source, ifWrong, standing }) => [
      ...labelled("fact", `${rule} (${standing})`, style),
      ...labelled("", says, style),
      ...labelled("", `if wrong: ${ifWrong}`, style),
      ...labelled("", `source: ${source}`, style),
    ]),
    ...outcomes.flatMap(({ fact, holds, fails }) =>
      labelled("decides", `${fact}: ${holds} if it holds, ${fails} if not`, style),
    ),
    ...(all ? model.map((line) => `  model  ${line}`) : []),
    ...(witness === null ? [] : witness.text.trimEnd().split("\n")),
  ];
}

const LABEL = 9;

function labelled(label: string, text: string, style: Style): string[] {
  return wrapped(text, Math.max(40, style.columns - LABEL)).map(
    (line, index) => `${(index === 0 ? label : "").padEnd(LABEL)}${line}`,
  );
}
