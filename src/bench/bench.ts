import { loadavg } from "node:os";
import { BENCH_RECORD_VERSION, type BenchRecord, type BenchResult } from "../record/bench-record.ts";
import type { Contestant } from "./contestant.ts";
import { machineOf } from "./machine.ts";
import { type MeasureOptions, measure } from "./measure.ts";
import { notesOf } from "./notes.ts";
import { type PathChoice, PathTeam } from "./path-team.ts";
import { labelsOf } from "./plan.ts";

/** What a measurement is asked to do. */
export interface BenchOptions extends MeasureOptions {
  /** Tables: what is compared is in one. */
  readonly tables: readonly (readonly PathChoice[])[];
  readonly seed: number;
  /** Counts what each lock did, in the columns of the kernel's lock_stat. */
  readonly lockStat: boolean;
  /** Records events, to measure what that costs. */
  readonly recorder: boolean;
  /** The command line that repeats it, without the seed. */
  readonly command: string;
}

/** Something measured: how it is made ready, and the threads it takes. */
export interface Candidate {
  readonly make: () => Promise<Contestant>;
  readonly members: number;
}

/**
 * Measures paths; resolves to the record of it.
 * @throws Hung where a lock hangs, UsageError for a world that does not fit
 */
export async function bench(options: BenchOptions): Promise<BenchRecord> {
  const tables = options.tables.map((table) => {
    const labels = labelsOf(table);
    return table.map((choice, row) => candidateOf(choice, labels[row] ?? choice.path.name, options));
  });
  return await benchCandidates(tables, options);
}

/** Measures tables of candidates, and at the end of each round what is `beside` a table; resolves to the record of it. */
export async function benchCandidates(
  tables: readonly (readonly Candidate[])[],
  options: Omit<BenchOptions, "tables" | "beside">,
  beside: readonly (() => Promise<void>)[] = [],
): Promise<BenchRecord> {
  const before = loadavg()[0] ?? 0;
  const results: BenchResult[] = [];
  for (const [index, table] of tables.entries()) {
    const part = await measure(
      table.map(({ make }) => make),
      table.map(({ members }) => members),
      { ...options, beside: beside[index] },
    );
    const groups = results.length;
    results.push(...part.map((result) => ({ ...result, group: groups + result.group })));
  }
  const seed = options.seed.toString(16).padStart(8, "0");
  const record: BenchRecord = {
    format: "refzero-bench",
    version: BENCH_RECORD_VERSION,
    machine: machineOf(),
    load: { before, after: loadavg()[0] ?? 0 },
    seed,
    seconds: options.seconds,
    rounds: options.rounds,
    command: `${options.command} --seed ${seed}`,
    interrupted: options.signal?.aborted === true,
    results,
    notes: [],
  };
  record.notes = notesOf(record);
  return record;
}

/** How a path is measured. */
export function candidateOf(
  choice: PathChoice,
  label: string,
  options: Pick<BenchOptions, "seed" | "recorder" | "lockStat">,
): Candidate {
  const { path, params } = choice;
  const members = path.tasks(params as never) + (path.beside?.(params as never).length ?? 0);
  return { members, make: async () => await contestantOf(choice, label, options) };
}

async function contestantOf(
  choice: PathChoice,
  label: string,
  options: Pick<BenchOptions, "seed" | "recorder" | "lockStat">,
): Promise<Contestant> {
  const { path, params } = choice;
  const started = await PathTeam.start(choice, options);
  return {
    label,
    about: { path: path.name, about: path.about, params: { ...params } },
    team: started.team,
    perOp: path.perOp?.(params as never) ?? 1,
    prepares: "prepare" in path,
    counters: () => started.counters(),
    violations: () => started.violations(),
    ...(options.lockStat ? { lockStat: () => started.lockStat() } : {}),
    end: async () => await started.end(),
  };
}
