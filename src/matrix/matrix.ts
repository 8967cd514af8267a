import type { MatrixRaced, MatrixRecord, MatrixRow } from "../record/matrix-record.ts";
import { keyOf } from "./fingerprint.ts";
import { judgeRow } from "./judge.ts";
import type { Kept } from "./kept.ts";
import type { PlannedRow } from "./plan.ts";
import { canBeRaced, raceRow } from "./race-row.ts";
import type { RowExplored } from "./row-order.ts";
import { RowPool } from "./row-pool.ts";

/** What a judgement is asked to do. */
export interface MatrixOptions {
  readonly rows: readonly PlannedRow[];
  /** Explorer and lockdep only. */
  readonly quick: boolean;
  /** Seconds that each row is raced. */
  readonly raceSeconds: number;
  /** Seconds that each row is explored at most. */
  readonly budget: number;
  /** Explorations at once. */
  readonly jobs: number;
  readonly kept: Kept;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: MatrixProgress) => void;
  /** The command line that repeats the run. */
  readonly command: string;
}

/** How a judgement stands. */
export interface MatrixProgress {
  readonly doing: "explored" | "raced";
  readonly done: number;
  readonly of: number;
  readonly disagree: number;
  /** Since this part began. */
  readonly seconds: number;
}

/**
 * Explores every row, a few at a time, then races one after the other: races use the cores themselves. ^C ends it with
 * what was learnt.
 * @throws UsageError as the engines do
 */
export async function judgeAll(options: MatrixOptions): Promise<MatrixRecord> {
  return await new Judgement(options).run();
}

class Judgement {
  readonly #options: MatrixOptions;
  readonly #started = performance.now();
  readonly #explored = new Map<PlannedRow, RowExplored>();
  readonly #raced = new Map<PlannedRow, MatrixRaced>();
  #resumed = 0;
  #began = this.#started;

  constructor(options: MatrixOptions) {
    this.#options = options;
  }

  async run(): Promise<MatrixRecord> {
    const { rows, quick, raceSeconds, budget, jobs, signal, command } = this.#options;
    await this.#explore();
    if (!quick) await this.#race();
    return {
      engine: "matrix",
      quick,
      interrupted: signal?.aborted === true,
      planned: rows.length,
      unraced: quick ? 0 : rows.filter((row) => canBeRaced(row) && !this.#raced.has(row)).length,
      resumed: this.#resumed,
      raceSeconds,
      budget,
      jobs,
      seconds: secondsSince(this.#started),
      rows: this.#judged(),
      command,
    };
  }

  async #explore(): Promise<void> {
    const { rows, jobs, signal } = this.#options;
    const left = rows.filter((row) => !this.#takeOver(row));
    if (left.length === 0 || signal?.aborted === true) return;
    const pool = new RowPool(Math.min(jobs, left.length));
    const stop = (): void => void pool.close();
    signal?.addEventListener("abort", stop);
    try {
      await Promise.all(left.map((row) => this.#exploreOne(pool, row)));
    } finally {
      signal?.removeEventListener("abort", stop);
      await pool.close();
    }
  }

  /** True if an earlier run has explored the row. One whose budget ended first is tried again. */
  #takeOver(row: PlannedRow): boolean {
    const { explored } = this.#options.kept.get(exploreKey(row));
    if (explored === undefined || !explored.explore.exhaustive) return false;
    this.#explored.set(row, explored);
    this.#resumed++;
    return true;
  }

  async #exploreOne(pool: RowPool, row: PlannedRow): Promise<void> {
    const { budget: seconds, kept } = this.#options;
    const explored = await pool.run({ named: row.scenario.named, given: row.given, seconds, whole: true });
    if (explored === undefined) return;
    this.#explored.set(row, explored);
    kept.put(exploreKey(row), { explored });
    this.#progress("explored", this.#explored.size, this.#options.rows.length);
  }

  async #race(): Promise<void> {
    const { rows, kept, raceSeconds, signal } = this.#options;
    const raced = rows.filter(canBeRaced);
    this.#began = performance.now();
    for (const [index, row] of raced.entries()) {
      if (signal?.aborted === true) return;
      const key = keyOf(row.scenario, [row.params, "race", raceSeconds]);
      const before = kept.get(key).raced;
      const found = before ?? (await raceRow(row, raceSeconds, Number.parseInt(key.slice(0, 8), 16), signal));
      if (found === undefined) return;
      this.#raced.set(row, found);
      if (before === undefined) kept.put(key, { raced: found });
      this.#progress("raced", index + 1, raced.length);
    }
  }

  #judged(): MatrixRow[] {
    return this.#options.rows.flatMap((row) => {
      const explored = this.#explored.get(row);
      return explored === undefined ? [] : judgeRow(row, explored, this.#raced.get(row) ?? null);
    });
  }

  #progress(doing: MatrixProgress["doing"], done: number, of: number): void {
    const disagree = this.#judged().filter(({ verdict }) => verdict === "disagrees").length;
    const seconds = secondsSince(this.#began);
    this.#options.onProgress({ doing, done, of, disagree, seconds });
  }
}

function exploreKey({ scenario, params }: PlannedRow): string {
  return keyOf(scenario, [params, "explore"]);
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
