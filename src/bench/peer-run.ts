import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchRecord, BenchResult } from "../record/bench-record.ts";
import { type BenchOptions, benchCandidates, type Candidate, candidateOf } from "./bench.ts";
import { type PthreadRun, packages, peerCandidates, pthreadPeer } from "./peers.ts";
import { rowsOf } from "./plan.ts";
import { estimate, jain } from "./statistics.ts";

/** The mutex of the C library that ratios are to: the usual one. */
const C_MODES = ["normal", "adaptive"] as const;

/**
 * The same loop (lock, counter++, unlock) for refzero's locks and what people would use instead, for each number of
 * tasks, all in turns in one run; the C program in a process of its own, before and after.
 */
export async function benchPeers(
  taskCounts: readonly number[],
  options: Omit<BenchOptions, "tables">,
): Promise<BenchRecord> {
  const tables: (readonly Candidate[])[] = [];
  for (const tasks of taskCounts)
    tables.push([...ownCandidates(tasks, options), ...(await peerCandidates(tasks))]);
  const c = await pthreadResults(taskCounts, options);
  const record = await benchCandidates(tables, options);
  record.results.push(...c.results.map((result, index) => ({ ...result, group: -1 - index })));
  record.notes.push(...c.notes, ...taskCounts.flatMap((tasks) => comparisons(record.results, tasks)));
  return record;
}

function ownCandidates(tasks: number, options: Omit<BenchOptions, "tables">): Candidate[] {
  const given = { tasks: [String(tasks)] };
  const policies = tasks === 1 ? ["bounded"] : ["bounded", "throughput", "spin", "fifo"];
  return [
    ...policies.map((policy) => ["mutex/lock", policy] as const),
    ["ww/lock", "bounded"] as const,
  ].flatMap(([path, policy]) =>
    rowsOf([path], { ...given, policy: [policy] }).map((choice) =>
      candidateOf(choice, `refzero ${path} ${policy}`, options),
    ),
  );
}

/** The C program, as often as there are rounds; nothing where there is no compiler, which is said. */
async function pthreadResults(
  taskCounts: readonly number[],
  options: Omit<BenchOptions, "tables">,
): Promise<{ results: BenchResult[]; notes: string[] }> {
  const pthread = await pthreadPeer();
  if (pthread.compiler() === undefined)
    return { results: [], notes: ["no C compiler here: nothing is compared with pthread_mutex_lock"] };
  const folder = mkdtempSync(join(tmpdir(), "refzero-bench-"));
  try {
    const binary = await pthread.build(folder);
    const results: BenchResult[] = [];
    for (const tasks of taskCounts)
      for (const mode of C_MODES) {
        const runs: PthreadRun[] = [];
        for (let round = 0; round < Math.min(options.rounds, MOST_C_RUNS); round++)
          if (options.signal?.aborted !== true)
            runs.push(await pthread.measure(binary, { mode, threads: tasks, seconds: options.seconds }));
        if (runs.length > 0) results.push(resultOfC(mode, tasks, runs));
      }
    return { results, notes: [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const MOST_C_RUNS = 5;

function resultOfC(mode: string, tasks: number, runs: readonly PthreadRun[]): BenchResult {
  const times = runs.map(({ nsPerOp }) => nsPerOp);
  const least = runs.map(({ ops }) => Math.min(...ops) / Math.max(...ops));
  const last = runs.at(-1);
  const perTask = Array.from({ length: tasks }, (_, task) =>
    runs.reduce((sum, { ops }) => sum + (ops[task] ?? 0), 0),
  );
  const middle = (of: (run: PthreadRun) => number): number => estimate(runs.map(of)).median;
  return {
    path: `c/pthread-${mode}`,
    about: "pthread_mutex_lock, counter++, unlock, in a C program",
    params: { tasks },
    label: `C pthread ${mode}`,
    tasks,
    nsPerOp: estimate(times),
    opsPerSecond: estimate(times.map((ns) => 1e9 / ns)),
    perTaskTime: false,
    rounds: times,
    group: 0,
    ratio: null,
    warmUp: { rounds: 0, settled: true },
    noisy: false,
    wait: {
      count: 0,
      p50: middle(({ p50 }) => p50),
      p90: Number.NaN,
      p99: middle(({ p99 }) => p99),
      p999: middle(({ p999 }) => p999),
      max: Math.max(...runs.map(({ max }) => max)),
      p999Corrected: Number.NaN,
    },
    hold: null,
    contended: null,
    backoffs: null,
    sleeps: null,
    wakeups: null,
    spins: null,
    fairness: {
      jain: jain(perTask),
      minOverMax: Math.min(...perTask) / Math.max(...perTask),
      worst: Math.min(...least),
    },
    perTask,
    cores: Number.NaN,
    sum:
      last === undefined
        ? null
        : { expected: last.counter, got: last.counter, right: runs.every(({ sumOk }) => sumOk) },
    violations: 0,
    lockStat: null,
  };
}

/** refzero's locks against the best package that keeps the counter right, against C, and against a message-passing lock. */
function comparisons(results: readonly BenchResult[], tasks: number): string[] {
  const of = results.filter((result) => result.tasks === tasks);
  const named = (path: string): BenchResult | undefined =>
    of.find((result) => result.path === path && (result.params.policy ?? "bounded") === "bounded");
  const right = of.filter(
    ({ path, sum }) => packages.includes(path.replace("peer/", "")) && sum?.right === true,
  );
  const best = right.sort((a, b) => a.nsPerOp.median - b.nsPerOp.median)[0];
  const c = named("c/pthread-normal");
  const server = named("peer/async-mutex-server");
  const lines: string[] = [];
  for (const own of [named("mutex/lock"), named("ww/lock")]) {
    if (own === undefined) continue;
    const times = (other: BenchResult): string => (other.nsPerOp.median / own.nsPerOp.median).toFixed(1);
    const parts = [
      ...(best === undefined ? [] : [`${times(best)} times the throughput of ${best.label}`]),
      ...(c === undefined
        ? []
        : [`${(own.nsPerOp.median / c.nsPerOp.median).toFixed(2)} times the time of ${c.label}`]),
      ...(server === undefined ? [] : [`${times(server)} times the throughput of ${server.label}`]),
    ];
    if (parts.length > 0)
      lines.push(`${tasks} ${tasks === 1 ? "task" : "tasks"}, ${own.path}: ${parts.join(", ")}`);
  }
  return lines;
}
