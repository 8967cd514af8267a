import pc from "picocolors";
import {
  type ChainLink,
  type ClassView,
  counts,
  type LockdepKind,
  type LockdepRecord,
  type LockdepReport,
  type LockView,
  type TracePlace,
} from "../record/lockdep-record.ts";
import { scenarioLines } from "./lockdep-scenario.ts";
import { counted } from "./numbers.ts";
import type { Style } from "./style.ts";

const DOUBLE = "=".repeat(54);
const SINGLE = "-".repeat(54);

/** The banners that kernel developers search for. @kernel kernel/locking/lockdep.c: the print functions */
const banners: Readonly<Record<LockdepKind, string>> = {
  "recursive-locking": "WARNING: possible recursive locking detected",
  circular: "WARNING: possible circular locking dependency detected",
  "irq-order": "WARNING: safe -> unsafe lock order detected",
  "inconsistent-state": "WARNING: inconsistent lock state",
  "wait-context": "[ BUG: Invalid wait context ]",
  "unlock-balance": "WARNING: bad unlock balance detected!",
  "freed-held": "WARNING: held lock freed!",
  "exit-held": "WARNING: task leaves with locks still held!",
  "nest-not-held": "WARNING: nested lock was not taken",
  "assert-held": "WARNING: assertion about a held lock failed",
  pinned: "WARNING: pinned lock",
  "irq-inversion": "WARNING: possible irq lock inversion dependency detected",
  ww: "WARNING: misuse of an acquire context",
  "sleep-in-atomic": "BUG: sleeping function called from invalid context",
};

const classText = ({ name, usage, wait }: ClassView): string => `(${name}){${usage}}-{${wait}}`;
const at = (ip: string): string => (ip === "" ? "" : `, at: ${ip}`);
const lockText = ({ lock, class: own, place }: LockView): string =>
  `${lock} ${classText(own)}${at(place.ip)}`;
const seenAt = ({ event, task, ip }: TracePlace): string =>
  event === 0 ? "primed at boot" : `event ${event}, ${task}${ip === "" ? "" : `, ${ip}`}`;

/** The chain as the kernel prints it: the new dependency last, as #0. */
function reverseChain(report: LockdepReport): string[] {
  const { chain, path, wanted, task } = report;
  if (chain.length === 0) return [];
  const entry = (depth: number, view: ClassView | undefined, where: string) =>
    `-> #${depth} ${view === undefined ? "" : classText(view)}: ${where}`;
  const known = chain.map((link: ChainLink, i) => entry(i + 1, path[i + 1], seenAt(link.place))).reverse();
  const ip = wanted?.place.ip ?? "";
  const here = entry(0, path[0], seenAt({ event: report.event, task, ip }));
  return ["", "the existing dependency chain (in reverse order) is:", ...known, here];
}

/** What leads from the lock that interrupts use to the other. */
function forwardChain({ chain, path }: LockdepReport): string[] {
  if (chain.length === 0) return [];
  return [
    "",
    "the dependencies between them:",
    ...chain.map(
      (link, i) =>
        ` ${path[i] === undefined ? link.from : classText(path[i])} -> ${link.to}: ${seenAt(link.place)}`,
    ),
  ];
}

function opening(report: LockdepReport): string[] {
  const { kind, task, wanted, against } = report;
  if (
    wanted === undefined ||
    (kind !== "circular" && kind !== "recursive-locking" && kind !== "irq-order" && kind !== "wait-context")
  )
    return [report.message];
  return [
    `${task} is trying to acquire lock:`,
    lockText(wanted),
    ...(against === undefined ? [] : ["", "but task is already holding lock:", lockText(against)]),
    ...(kind === "circular" ? ["", "which lock already depends on the new lock."] : []),
  ];
}

function irqLines({ irq, kind }: LockdepReport): string[] {
  if (irq === undefined || kind === "inconsistent-state") return [];
  return ["", `${irq.state}-safe:   ${classText(irq.safe)}`, `${irq.state}-unsafe: ${classText(irq.unsafe)}`];
}

function heldLines({ task, held }: LockdepReport): string[] {
  if (task === "") return [];
  if (held.length === 0) return ["", `no locks held by ${task}.`];
  const rows = held.map((one, i) => ` #${i}: ${lockText(one)}, event ${one.place.event}`);
  return ["", `${counted(held.length, "lock")} held by ${task}:`, ...rows];
}

/** One report, as the kernel prints it, with what exact mode says below. */
export function lockdepReportLines(report: LockdepReport, record: LockdepRecord, style: Style): string[] {
  const colors = pc.createColors(style.color);
  const chain = report.kind === "circular" ? reverseChain(report) : forwardChain(report);
  const scenario = scenarioLines(report);
  const exact =
    report.verdict === undefined
      ? []
      : [
          "",
          `exact: ${(counts(report) ? colors.red : colors.green)(report.verdict)}. ${report.reason}.${report.instances === undefined ? "" : " The instances seen form no cycle."}`,
        ];
  return [
    DOUBLE,
    colors.bold(banners[report.kind]),
    `${record.file}:${report.line}: event ${report.event}${record.name === "" ? "" : `, ${record.name}`}`,
    SINGLE,
    ...opening(report),
    ...irqLines(report),
    ...chain,
    ...(scenario.length > 0 ? ["", ...scenario] : []),
    ...heldLines(report),
    ...exact,
    "",
  ];
}

/** The last line: what it comes to. */
export function lockdepVerdict(records: readonly LockdepRecord[], style: Style): string {
  const colors = pc.createColors(style.color);
  const reports = records.flatMap((record) => record.reports);
  const bad = reports.filter(counts).length;
  const sum = (of: (record: LockdepRecord) => number) =>
    records.reduce((total, record) => total + of(record), 0);
  const judged =
    records.some(({ mode }) => mode === "exact") && reports.length > 0 ? `, ${bad} possible` : "";
  const files = records.length > 1 ? `${counted(records.length, "file")}, ` : "";
  const classes = sum((record) => record.classes);
  const dependencies = sum((record) => record.dependencies);
  const size = [
    files +
      counted(
        sum((record) => record.events),
        "event",
      ),
    `${classes} class${classes === 1 ? "" : "es"}`,
    `${dependencies} dependenc${dependencies === 1 ? "y" : "ies"}`,
  ];
  const word = bad > 0 ? colors.red("violated") : colors.green("holds");
  return `${word}: ${counted(reports.length, "report")}${judged}${style.unicode ? " · " : " - "}${size.join(", ")}`;
}

function statsLines({ file, stats }: LockdepRecord): string[] {
  const rows: [string, number][] = [
    ["lock-classes:", stats.classes],
    ["direct dependencies:", stats.dependencies],
    ["dependency chains:", stats.chains],
    ["chain lookup hits:", stats.chainLookupHits],
    ["max locking depth:", stats.maxDepth],
    ["graph searches:", stats.searches],
    ["hardirq-safe locks:", stats.hardirqSafe],
    ["hardirq-unsafe locks:", stats.hardirqUnsafe],
    ["softirq-safe locks:", stats.softirqSafe],
    ["softirq-unsafe locks:", stats.softirqUnsafe],
    ["lock instances:", stats.locks],
    ["tasks:", stats.tasks],
  ];
  return [`${file}:`, ...rows.map(([name, value]) => ` ${name.padEnd(24)}${String(value).padStart(12)}`), ""];
}

/** All that `refzero lockdep` prints for people. */
export function lockdepText(
  records: readonly LockdepRecord[],
  style: Style,
  options: { readonly quiet: boolean; readonly stats: boolean },
): string {
  const reports = options.quiet
    ? []
    : records.flatMap((record) =>
        record.reports.flatMap((report) => lockdepReportLines(report, record, style)),
      );
  const stats = options.stats ? records.flatMap(statsLines) : [];
  return `${[...reports, ...stats, lockdepVerdict(records, style)].join("\n")}\n`;
}
