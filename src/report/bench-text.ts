import type { BenchEstimate, BenchRecord, BenchResult } from "../record/bench-record.ts";
import { lockStatLines } from "./lock-stat-text.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

/** A measurement as text: a table a group, what the numbers say, and the command that repeats it. */
export function benchText(record: BenchRecord, style: Style, quiet: boolean): string {
  const { machine, load } = record;
  const head = `${machine.cpu}, ${machine.cpus} CPUs, node ${machine.node}, load ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after · ${record.rounds} rounds of ${record.seconds} s in turns · seed ${record.seed}`;
  const groups = [...new Set(record.results.map(({ group }) => (group < 0 ? -1 : group)))];
  const lines = [
    ...(quiet ? [] : [head]),
    ...groups.flatMap((group) => groupLines(record.results.filter((result) => inGroup(result, group)))),
    ...record.results.flatMap(lockStatLines),
    ...record.notes.map((note) => `note   ${note}`),
    ...(record.interrupted ? ["interrupted: what was measured so far"] : []),
    ...(quiet ? [] : [`again  ${record.command}`]),
  ];
  return `${lines.map((line) => (style.unicode ? line : ascii(line))).join("\n")}\n`;
}

const inGroup = (result: BenchResult, group: number): boolean =>
  group < 0 ? result.group < 0 : result.group === group;

function groupLines(results: readonly BenchResult[]): string[] {
  const columns = [
    results.length > 1 ? "path" : (results[0]?.path ?? ""),
    "tasks",
    "ns/op [95 %]",
    "Mops/s",
    "ratio [95 %]",
    "p50",
    "p99",
    "p99.9",
    "max",
    "contended",
    "backoffs",
    "sleeps",
    "fair",
    "worst",
    "cores",
    "sum",
  ];
  return table([columns, ...results.map(cells)]);
}

function cells(result: BenchResult): string[] {
  const { wait, fairness, sum } = result;
  return [
    `${result.label}${result.noisy ? " (noisy)" : ""}`,
    String(result.tasks),
    interval(result.nsPerOp, nanoseconds),
    (result.opsPerSecond.median / 1e6).toFixed(result.opsPerSecond.median < 1e5 ? 3 : 2),
    result.ratio === null ? "-" : interval(result.ratio, (value) => value.toFixed(2)),
    time(wait.p50),
    time(wait.p99),
    time(wait.p999),
    time(wait.max),
    share(result.contended),
    share(result.backoffs),
    share(result.sleeps),
    result.tasks > 1 ? fairness.minOverMax.toFixed(2) : "-",
    result.tasks > 1 ? fairness.worst.toFixed(2) : "-",
    Number.isFinite(result.cores) ? result.cores.toFixed(1) : "-",
    sum === null ? "-" : sum.right ? "right" : "WRONG",
  ];
}

const nanoseconds = (value: number): string => value.toFixed(value < 100 ? 1 : 0);

function interval({ median, low, high }: BenchEstimate, show: (value: number) => string): string {
  return `${show(median)} [${show(low)}, ${show(high)}]`;
}

/** Operations in a hundred. */
function share(value: number | null): string {
  if (value === null) return "-";
  if (value === 0) return "0";
  return value < 0.0001
    ? `${(value * 1e6).toFixed(1)} ppm`
    : `${(value * 100).toFixed(value < 0.1 ? 2 : 0)} %`;
}

/** Nanoseconds with the unit that suits them. */
export function time(ns: number): string {
  if (!Number.isFinite(ns)) return "-";
  if (ns < 1000) return `${ns.toFixed(0)} ns`;
  if (ns < 1e6) return `${(ns / 1000).toFixed(ns < 1e4 ? 1 : 0)} µs`;
  return `${(ns / 1e6).toFixed(ns < 1e7 ? 1 : 0)} ms`;
}

const ascii = (line: string): string => line.replaceAll("µ", "u").replaceAll("·", "|");
