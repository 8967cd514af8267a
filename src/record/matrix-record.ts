import type { AdviceKind } from "./advice.ts";

/** The columns of the judgement that an expectation is written for. */
export const matrixColumns = ["lockdep", "deadlock", "contention", "memory", "warning"] as const;
/** A column of the judgement. */
export type MatrixColumn = (typeof matrixColumns)[number];

/** What is expected of a row, and the step that decides. */
export type MatrixExpected = Readonly<Record<MatrixColumn, boolean>> & { readonly why: string };

/** What lockdep says of everything that the tasks did, in all executions. */
export interface MatrixLockdep {
  /** `spurious`: it reports, and exact mode says of each report that it cannot happen. */
  readonly verdict: "silent" | "spurious" | "possible";
  readonly reports: number;
  /** Reports that can happen, as exact mode sees it. */
  readonly possible: number;
  /** The first report in one line, one that can happen before others; null if there is none. */
  readonly first: string | null;
  /** Sequences of events that were not kept: then silence proves nothing. */
  readonly dropped: number;
}

/** What the explorer found in a row. */
export interface MatrixExplored {
  /** Every kind of violation that was met, in order of their codes. */
  readonly kinds: readonly string[];
  /** One sentence for each kind that a witness was kept of. */
  readonly messages: Readonly<Record<string, string>>;
  /** Rules that tasks broke, whether or not it came to anything: no warning, and no violation. */
  readonly advice: readonly AdviceKind[];
  readonly exhaustive: boolean;
  readonly executions: number;
  readonly seconds: number;
  /** Whose step passed the limit of steps of one execution, and where; null if none did. */
  readonly overran: string | null;
}

/** What the race saw in a row. */
export interface MatrixRaced {
  readonly kinds: readonly string[];
  readonly messages: Readonly<Record<string, string>>;
  readonly worlds: number;
  readonly frees: number;
  readonly contendedFrees: number;
  /** Mean nanoseconds of a free; null where none was timed. */
  readonly nsPerFree: number | null;
  readonly seconds: number;
  readonly seed: string;
}

/** One side of a row that does not say what is expected. */
export interface MatrixDisagreement {
  readonly column: MatrixColumn;
  readonly by: "lockdep" | "explore" | "race";
  readonly expected: boolean;
  readonly found: boolean;
  /** What was met, and how; for what was not met, how much was looked at. */
  readonly witness: string;
  /** The command line that shows it. */
  readonly command: string;
}

/** How a row ended. `inconclusive`: a budget ended before everything was proved or found. */
export type MatrixVerdict = "agrees" | "disagrees" | "inconclusive";

/** A design under conditions beside a neighbour: what is expected, and what each engine says. */
export interface MatrixRow {
  neighbour: string;
  claim: string;
  /** `-` for a scenario without designs. */
  design: string;
  /** Parameters of the variant that the row is of. */
  conditions: Record<string, string | number>;
  expected: MatrixExpected;
  lockdep: MatrixLockdep;
  explore: MatrixExplored;
  /** Null where nothing was raced. */
  race: MatrixRaced | null;
  /** What the engines met, by column. */
  found: Record<MatrixColumn, boolean>;
  /** Columns that nothing was found in and that are not proved. */
  open: MatrixColumn[];
  disagreements: MatrixDisagreement[];
  verdict: MatrixVerdict;
  agrees: boolean;
}

/** The judgement: everything that a run of `refzero matrix` left behind. */
export interface MatrixRecord {
  engine: "matrix";
  /** Without the race. */
  quick: boolean;
  interrupted: boolean;
  /** Rows that were asked for; those that are missing in `rows` were not reached. */
  planned: number;
  /** Races that were not reached. */
  unraced: number;
  /** Rows of which an earlier run's results were taken over. */
  resumed: number;
  /** Seconds that each row is raced. */
  raceSeconds: number;
  /** Seconds that each row is explored at most. */
  budget: number;
  jobs: number;
  seconds: number;
  rows: MatrixRow[];
  command: string;
}

/** What was learnt of a row so far, as it is kept for a later run. */
export interface MatrixResult {
  explored?: { lockdep: MatrixLockdep; explore: MatrixExplored };
  raced?: MatrixRaced;
}

/** How many rows ended how. */
export function matrixCounts({ rows }: Pick<MatrixRecord, "rows">): Record<MatrixVerdict, number> {
  const count = (verdict: MatrixVerdict): number => rows.filter((row) => row.verdict === verdict).length;
  return {
    agrees: count("agrees"),
    disagrees: count("disagrees"),
    inconclusive: count("inconclusive"),
  };
}

/** The exit status of `refzero matrix`. A row that disagrees was learnt, whatever ended the run. */
export function matrixStatus(record: MatrixRecord): number {
  const { disagrees, inconclusive } = matrixCounts(record);
  if (disagrees > 0) return 1;
  if (record.interrupted) return 130;
  return inconclusive > 0 ? 3 : 0;
}
