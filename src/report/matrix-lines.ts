import { kindsInColumn } from "../record/matrix-kinds.ts";
import { type MatrixColumn, type MatrixRow, matrixColumns } from "../record/matrix-record.ts";
import { grouped } from "./numbers.ts";

/** Rows of a neighbour that say the same, on one line. */
export interface MatrixLine {
  readonly designs: string;
  /** What each column says, by column; `!` behind what is not expected. */
  readonly cells: Readonly<Record<MatrixColumn, string>>;
  /** Executions of a row; where rows differ, of the longest. */
  readonly traces: string;
  /** Worlds that a row was raced in; where rows differ, the fewest. */
  readonly worlds: string;
  readonly verdict: string;
}

/** Rows of a neighbour under the same conditions. */
export interface MatrixGroup {
  readonly conditions: string;
  readonly lines: readonly MatrixLine[];
}

/** Rows beside one neighbour. */
export interface MatrixNeighbour {
  readonly name: string;
  readonly claim: string;
  readonly groups: readonly MatrixGroup[];
}

/** The rows as they are shown: by neighbour, then by conditions, and equal ones on one line. */
export function matrixNeighbours(rows: readonly MatrixRow[]): MatrixNeighbour[] {
  return [...groupBy(rows, ({ neighbour }) => neighbour)].map(([name, own]) => ({
    name,
    claim: own[0]?.claim ?? "",
    groups: [...groupBy(own, conditionsOf)].map(([conditions, those]) => ({
      conditions,
      lines: linesOf(those),
    })),
  }));
}

/** `key=value` of a row's conditions. */
export function conditionsOf({ conditions }: Pick<MatrixRow, "conditions">): string {
  return Object.entries(conditions)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
}

function linesOf(rows: readonly MatrixRow[]): MatrixLine[] {
  const designs = [...new Set(rows.map(({ design }) => design))];
  return [...groupBy(rows, (row) => JSON.stringify([cellsOf(row), row.verdict, row.explore.exhaustive]))].map(
    ([, same]) => {
      const [first] = same as [MatrixRow, ...MatrixRow[]];
      return {
        designs: designsOf([...new Set(same.map(({ design }) => design))], designs),
        cells: cellsOf(first),
        traces: tracesOf(same),
        worlds: worldsOf(same),
        verdict: { agrees: "agrees", disagrees: "disagrees", inconclusive: "unproved" }[first.verdict],
      };
    },
  );
}

function cellsOf(row: MatrixRow): Record<MatrixColumn, string> {
  return Object.fromEntries(matrixColumns.map((column) => [column, cellOf(row, column)])) as Record<
    MatrixColumn,
    string
  >;
}

function cellOf(row: MatrixRow, column: MatrixColumn): string {
  const wrong = row.disagreements.some((one) => one.column === column) ? "!" : "";
  return `${wordOf(row, column)}${wrong}`;
}

function wordOf(row: MatrixRow, column: MatrixColumn): string {
  const isOpen = row.open.includes(column);
  if (column === "lockdep") return isOpen ? "?" : row.lockdep.verdict;
  const isExplored = kindsInColumn(column, row.explore.kinds).length > 0;
  const isRaced = row.race !== null && kindsInColumn(column, row.race.kinds).length > 0;
  if (isExplored) return isRaced ? "yes*" : "yes";
  if (isRaced) return "race*";
  if (isOpen) return "?";
  return column === "warning" && row.explore.advice.length > 0 ? "advice" : "-";
}

/** Designs by name, or by those that are missing where that is shorter. */
function designsOf(those: readonly string[], all: readonly string[]): string {
  if (those.length === 1 || all.length < 3) return those.join(", ");
  if (those.length === all.length) return "every design";
  const missing = `all but ${all.filter((design) => !those.includes(design)).join(", ")}`;
  const named = those.join(", ");
  return missing.length < named.length ? missing : named;
}

function tracesOf(rows: readonly MatrixRow[]): string {
  const all = rows.map(({ explore }) => explore.executions);
  const most = Math.max(...all);
  const isOpen = rows.some(({ explore }) => !explore.exhaustive);
  return `${isOpen ? ">" : all.some((one) => one < most) ? "<=" : ""}${grouped(most)}`;
}

function worldsOf(rows: readonly MatrixRow[]): string {
  const all = rows.flatMap(({ race }) => race?.worlds ?? []);
  if (all.length === 0) return "-";
  const least = Math.min(...all);
  return `${all.some((one) => one > least) ? ">=" : ""}${grouped(least)}`;
}

/** Median nanoseconds of a free, by design, over the rows that timed one. */
export function freeCosts(rows: readonly MatrixRow[]): (readonly [design: string, ns: number])[] {
  const timed = rows.filter(({ race }) => race !== null && race.nsPerFree !== null);
  return [...groupBy(timed, ({ design }) => design)].map(([design, those]) => {
    const all = those.map(({ race }) => race?.nsPerFree ?? 0).sort((a, b) => a - b);
    return [design, all[Math.floor(all.length / 2)] ?? 0];
  });
}

function groupBy<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
  return groups;
}
