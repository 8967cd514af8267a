import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchResult } from "../record/bench-record.ts";
import type { BenchOptions } from "./bench.ts";
import { type Pthread, type PthreadRun, pthreadPeer } from "./peers.ts";
import { estimate, jain } from "./statistics.ts";

/** The mutex of the C library that ratios are to: the usual one. */
const MODES = ["normal", "adaptive"] as const;

const MOST_RUNS = 5;

/** The C program, a run of each of its locks a round, where there is a compiler. */
export class CProgram {
  readonly #pthread: Pthread;
  readonly #folder: string;
  readonly #binary: string;
  readonly #runs = new Map<string, PthreadRun[]>();

  private constructor(pthread: Pthread, folder: string, binary: string) {
    this.#pthread = pthread;
    this.#folder = folder;
    this.#binary = binary;
  }

  /** Compiles it; undefined where there is no compiler. @throws Error with the compiler's words */
  static async compiled(): Promise<CProgram | undefined> {
    const pthread = await pthreadPeer();
    if (pthread.compiler() === undefined) return undefined;
    const folder = mkdtempSync(join(tmpdir(), "refzero-bench-"));
    try {
      return new CProgram(pthread, folder, await pthread.build(folder));
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** One round with so many threads. */
  async round(threads: number, { seconds, signal }: Pick<BenchOptions, "seconds" | "signal">): Promise<void> {
    for (const mode of MODES) {
      const key = `${mode} ${threads}`;
      const runs = this.#runs.get(key) ?? [];
      this.#runs.set(key, runs);
      if (runs.length < MOST_RUNS && signal?.aborted !== true)
        runs.push(await this.#pthread.measure(this.#binary, { mode, threads, seconds }));
    }
  }

  /** What the rounds came to. */
  results(): BenchResult[] {
    return [...this.#runs.values()].filter((runs) => runs.length > 0).map(resultOfC);
  }

  /** Takes what was compiled away. */
  end(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function resultOfC(runs: readonly PthreadRun[]): BenchResult {
  const { mode = "", threads: tasks = 0 } = runs[0] ?? {};
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
