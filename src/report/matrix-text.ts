import pc from "picocolors";
import {
  type MatrixDisagreement,
  type MatrixRecord,
  type MatrixRow,
  matrixCounts,
} from "../record/matrix-record.ts";
import {
  conditionsOf,
  freeCosts,
  type MatrixLine,
  type MatrixNeighbour,
  matrixNeighbours,
} from "./matrix-lines.ts";
import { counted, grouped } from "./numbers.ts";
import type { Style } from "./style.ts";
import { wrapped } from "./wrap.ts";

/** Columns of the page: a terminal of 100 shows it whole. */
const PAGE = 100;
/** Columns for the names of designs. */
const DESIGNS = 22;

const heads = ["lockdep", "deadlock", "contention", "memory", "warning"] as const;
const widths: Readonly<Record<(typeof heads)[number], number>> = {
  lockdep: 9,
  deadlock: 8,
  contention: 10,
  memory: 7,
  warning: 7,
};

/** The whole page, or its last line. */
export function matrixText(record: MatrixRecord, style: Style, quiet: boolean): string {
  const summary = paintedSummary(record, style);
  if (quiet) return `${summary}\n`;
  const lines = [
    header(record),
    ...(record.resumed === 0 ? [] : [`  ${counted(record.resumed, "row")} taken over from an earlier run`]),
    "",
    ...columns(record),
    ...matrixNeighbours(record.rows).flatMap((neighbour) => neighbourLines(neighbour, record)),
    "",
    ...legend(record),
    ...costs(record),
    ...record.rows.flatMap((row) => [...wrongLines(row), ...openLines(row)]),
    summary,
    `again  ${record.command}`,
  ];
  return `${lines.map((line) => (style.unicode ? line : ascii(line))).join("\n")}\n`;
}

function ascii(text: string): string {
  return text
    .replaceAll("×", "x")
    .replaceAll("·", "-")
    .replaceAll(/[^\p{ASCII}]/gu, "?");
}

function header({ planned, quick, raceSeconds, jobs, rows }: MatrixRecord): string {
  const neighbours = new Set(rows.map(({ neighbour }) => neighbour)).size;
  const designs = new Set(rows.map(({ design }) => design)).size;
  return [
    `matrix: ${counted(planned, "row")}`,
    `${counted(designs, "design")} × ${counted(neighbours, "neighbour")} × conditions`,
    quick ? "explorer and lockdep" : `explorer, lockdep, race of ${raceSeconds} s`,
    counted(jobs, "job"),
  ].join(" · ");
}

/** What the marks mean, those that are there. */
function legend({ rows, quick, budget }: MatrixRecord): string[] {
  const any = (test: (row: MatrixRow) => boolean): boolean => rows.some(test);
  const told: readonly (readonly [boolean, string])[] = [
    [
      true,
      "yes: met by the explorer; -: in no interleaving of the row's tasks (proved for these, no further)",
    ],
    [
      any(({ lockdep }) => lockdep.verdict === "spurious"),
      "spurious: lockdep reports, and exact mode says that it cannot happen; possible: that it can",
    ],
    [
      any(({ explore }) => explore.advice.length > 0),
      "advice: a task broke a rule (`refzero explore` names it); no check of the code complained",
    ],
    [!quick, "*: the race saw it; worlds: in so many it saw no more than that, which is no proof"],
    [
      any(({ open }) => open.length > 0),
      `?: the budget (${budget} s) ended before it was met or proved; traces >: there are more`,
    ],
    [any(({ verdict }) => verdict === "disagrees"), "!: not what is expected"],
  ];
  return told.filter(([isThere]) => isThere).flatMap(([, text]) => indented(text));
}

/** A text in lines that begin two columns in. */
function indented(text: string): string[] {
  return wrapped(text, PAGE - 2).map((line) => `  ${line}`);
}

function costs({ rows }: MatrixRecord): string[] {
  const all = freeCosts(rows).map(([design, ns]) => `${design} ${grouped(ns)} ns`);
  if (all.length === 0) return [];
  return indented(`a free costs, median of the rows: ${all.join(", ")}`);
}

function columns({ quick }: MatrixRecord): string[] {
  const cells = heads.map((head) => head.padEnd(widths[head]));
  return [row("", cells, quick ? "traces" : "worlds", "verdict")];
}

function row(designs: string, cells: readonly string[], number: string, verdict: string): string {
  return `    ${designs.padEnd(DESIGNS)}  ${cells.join("  ")}  ${number.padStart(9)}  ${verdict}`.trimEnd();
}

function neighbourLines({ name, claim, groups }: MatrixNeighbour, record: MatrixRecord): string[] {
  return [
    name,
    ...indented(claim),
    ...groups.flatMap(({ conditions, lines }) => [
      ...(conditions === "" ? [] : [`   ${conditions}`]),
      ...lines.flatMap((line) => designLines(line, record)),
    ]),
  ];
}

function designLines(line: MatrixLine, { quick }: MatrixRecord): string[] {
  const [first = "", ...rest] = wrapped(line.designs, DESIGNS);
  const cells = heads.map((head) => line.cells[head].padEnd(widths[head]));
  const number = quick ? line.traces : line.worlds;
  return [row(first, cells, number, line.verdict), ...rest.map((more) => `    ${more}`)];
}

/** A row's name: neighbour, design and conditions. */
function titleOf(row: MatrixRow): string {
  const conditions = conditionsOf(row);
  const design = row.design === "-" ? [] : [`design=${row.design}`];
  return [row.neighbour, ...design, ...(conditions === "" ? [] : [conditions])].join(" ");
}

/** What ended before a row was proved. */
function openLines(row: MatrixRow): string[] {
  if (row.open.length === 0) return [];
  const { overran, executions, seconds } = row.explore;
  const looked = `${counted(executions, "trace")} in ${seconds.toFixed(0)} s, and more are left`;
  const dropped = "lockdep was not told everything: more distinct sequences than are kept";
  const why =
    overran !== null
      ? `an execution passed the limit of steps in ${overran}`
      : row.explore.exhaustive
        ? dropped
        : looked;
  return [`unproved: ${titleOf(row)}`, ...indented(`${row.open.join(", ")}: ${why}`)];
}

/** What a row says that is not expected, side by side. */
function wrongLines(row: MatrixRow): string[] {
  if (row.disagreements.length === 0) return [];
  return [
    `disagrees: ${titleOf(row)}`,
    ...indented(`why expected: ${row.expected.why}`),
    ...row.disagreements.flatMap(sideLines),
  ];
}

function sideLines({ column, by, expected, found, witness, command }: MatrixDisagreement): string[] {
  const word = (is: boolean): string => (is ? "yes" : "no");
  const engine = { lockdep: "lockdep", explore: "the explorer", race: "the race" }[by];
  return [
    ...wrapped(
      `${column}: expected ${word(expected)}, ${engine} says ${word(found)}: ${witness}`,
      PAGE - 4,
    ).map((line, at) => `${at === 0 ? "  " : "    "}${line}`),
    `    ${command}`,
  ];
}

function paintedSummary(record: MatrixRecord, style: Style): string {
  const colors = pc.createColors(style.color);
  const { disagrees, inconclusive } = matrixCounts(record);
  const paint =
    disagrees > 0 ? colors.red : inconclusive > 0 || record.interrupted ? colors.yellow : colors.green;
  const text = matrixSummary(record).replace(/^matrix/, (word) => paint(word));
  return style.unicode ? text : ascii(text);
}

/** The last line: how many rows agree. */
export function matrixSummary(record: MatrixRecord): string {
  const { agrees, disagrees, inconclusive } = matrixCounts(record);
  const missing = record.planned - record.rows.length;
  const parts = [
    `${counted(agrees, "row")} ${agrees === 1 ? "agrees" : "agree"}`,
    `${grouped(disagrees)} ${disagrees === 1 ? "disagrees" : "disagree"}`,
    ...(inconclusive === 0 ? [] : [`${grouped(inconclusive)} unproved`]),
    ...(missing === 0 ? [] : [`${grouped(missing)} not reached`]),
    ...(record.unraced === 0 ? [] : [`${grouped(record.unraced)} not raced`]),
  ];
  const stop = record.interrupted ? "; interrupted" : "";
  return `matrix: ${parts.join(", ")}${stop} · ${record.seconds.toFixed(0)} s`;
}
