import type { BenchResult } from "../record/bench-record.ts";
import type { Contestant } from "./contestant.ts";
import { latencyOf } from "./latency.ts";
import { estimate, jain, ratio, spread } from "./statistics.ts";
import type { Round } from "./team.ts";
import { nsOfTask, nsPerOp, type WarmUp, warmUp } from "./warm-up.ts";

/** Members that may be alive at once: each is a thread with a heap of its own. */
const MOST_MEMBERS = 96;
/** Nanoseconds between two looks at the clock's word. */
const CHUNK_NS = 20_000;
const MOST_CALLS = 1024;
/** Seconds that the loop with clocks runs before it counts. */
const LATENCY_WARM_UP = 0.2;
/** The middle half of the rounds is this wide, by the median: the result is marked. */
const NOISY = 0.1;

/** How it is measured. */
export interface MeasureOptions {
  readonly rounds: number;
  /** Seconds of a round. */
  readonly seconds: number;
  readonly signal: AbortSignal | undefined;
  /** Called before each round. */
  readonly onProgress: (line: string) => void;
  /** What is measured besides, by a program of its own: called at the end of each round of all. */
  readonly beside?: (() => Promise<void>) | undefined;
}

interface Entry {
  readonly contestant: Contestant;
  readonly warm: WarmUp;
  readonly chunk: number;
  readonly rounds: Round[];
  counters: Readonly<Record<string, number>> | undefined;
}

/**
 * Measures contestants in interleaved rounds, A B A B, as many at a time as threads allow; then each once with clocks.
 * The results are in the same order. An interrupt ends it early, with the rounds that there were.
 * @throws Hung where a lock hangs, and what a path throws
 */
export async function measure(
  makers: readonly (() => Promise<Contestant>)[],
  members: readonly number[],
  options: MeasureOptions,
): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const [group, indices] of groups(members).entries()) {
    if (options.signal?.aborted === true) break;
    const part = await measureGroup(
      indices.map((index) => makers[index]).filter((maker) => maker !== undefined),
      options,
    );
    results.push(...part.map((result) => ({ ...result, group })));
  }
  return results;
}

/** Which contestants are alive together. */
function groups(members: readonly number[]): number[][] {
  const found: number[][] = [];
  let alive = Number.POSITIVE_INFINITY;
  for (const [index, count] of members.entries()) {
    if (alive + count > MOST_MEMBERS) {
      found.push([]);
      alive = 0;
    }
    found.at(-1)?.push(index);
    alive += count;
  }
  return found;
}

async function measureGroup(
  makers: readonly (() => Promise<Contestant>)[],
  options: MeasureOptions,
): Promise<BenchResult[]> {
  const entries: Entry[] = [];
  try {
    for (const make of makers) entries.push(await prepared(await make(), options));
    for (let round = 0; round < options.rounds && options.signal?.aborted !== true; round++) {
      for (const entry of entries) await oneRound(entry, round, options);
      await options.beside?.();
    }
    const results: BenchResult[] = [];
    for (const entry of entries) if (entry.rounds.length > 0) results.push(await resultOf(entry, options));
    const base = results[0];
    return results.map((result) => ({
      ...result,
      ratio: base === undefined || result === base ? null : ratio(result.rounds, base.rounds),
    }));
  } finally {
    for (const { contestant } of entries) await contestant.end();
  }
}

async function prepared(contestant: Contestant, options: MeasureOptions): Promise<Entry> {
  options.onProgress(`${contestant.label}: warming up`);
  const { team } = contestant;
  const warm = await warmUp((seconds) => team.run("throughput", seconds, 16), options.seconds);
  const chunk = Math.max(1, Math.min(MOST_CALLS, Math.round(CHUNK_NS / (warm.ns * team.tasks))));
  // What compiles only in long chunks.
  await team.run("throughput", 0.05, chunk);
  return { contestant, warm, chunk, rounds: [], counters: contestant.counters?.() };
}

async function oneRound(entry: Entry, round: number, options: MeasureOptions): Promise<void> {
  options.onProgress(`${entry.contestant.label}: round ${round + 1} of ${options.rounds}`);
  entry.rounds.push(await entry.contestant.team.run("throughput", options.seconds, entry.chunk));
}

async function resultOf(entry: Entry, options: MeasureOptions): Promise<BenchResult> {
  const { contestant, rounds, warm } = entry;
  const { team } = contestant;
  const times = rounds.map(contestant.prepares === true ? nsOfTask : nsPerOp);
  const ops = rounds.reduce((sum, round) => sum + total(round.ops), 0);
  const before = entry.counters;
  const after = contestant.counters?.();
  const each = (name: string): number | null =>
    before === undefined || after === undefined ? null : ((after[name] ?? 0) - (before[name] ?? 0)) / ops;
  options.onProgress(`${contestant.label}: latencies`);
  // The loop with clocks is another, and its first calls are not compiled yet.
  await team.run("latency", Math.min(LATENCY_WARM_UP, options.seconds), 1);
  team.forget();
  await team.run("latency", Math.min(2, Math.max(options.seconds, 0.1)), 1);
  const interval = estimate(times).median * (contestant.prepares === true ? 1 : team.tasks);
  const latencies = { wait: team.recorded(0), hold: team.recorded(1) };
  const done = team.ops;
  const counted = await team.quit();
  return {
    ...contestant.about,
    label: contestant.label,
    tasks: team.tasks,
    nsPerOp: estimate(times),
    opsPerSecond: estimate(times.map((ns) => (contestant.prepares === true ? team.tasks : 1) * (1e9 / ns))),
    perTaskTime: contestant.prepares === true,
    rounds: times,
    group: 0,
    ratio: null,
    warmUp: { rounds: warm.rounds, settled: warm.settled },
    noisy: spread(times) > NOISY,
    wait: latencyOf(latencies.wait, interval),
    hold: total([...latencies.hold]) === 0 ? null : latencyOf(latencies.hold, 0),
    contended: each("CONTENDED"),
    backoffs: each("BACKOFFS"),
    sleeps: each("SLEEPS"),
    wakeups: each("WAKEUPS"),
    spins: each("SPINS"),
    fairness: fairnessOf(rounds),
    perTask: perTask(rounds),
    cores:
      rounds.reduce((sum, round) => sum + round.cpuSeconds, 0) /
      rounds.reduce((sum, round) => sum + round.wallSeconds, 0),
    sum: Number.isNaN(counted) ? null : sumOf(counted, (done + (contestant.before ?? 0)) * contestant.perOp),
    violations: contestant.violations?.() ?? 0,
    lockStat: contestant.lockStat?.() ?? null,
  };
}

/** Counters in shared memory are 32 bits wide and go round. */
function sumOf(counted: number, expected: number): BenchResult["sum"] {
  const [got, wanted] = [counted >>> 0, expected % 2 ** 32];
  return { expected: wanted, got, right: got === wanted };
}

function perTask(rounds: readonly Round[]): number[] {
  return (rounds[0]?.ops ?? []).map((_, task) => total(rounds.map((round) => round.ops[task] ?? 0)));
}

function fairnessOf(rounds: readonly Round[]): BenchResult["fairness"] {
  const least = (shares: readonly number[]): number => Math.min(...shares) / Math.max(...shares);
  const all = perTask(rounds);
  return { jain: jain(all), minOverMax: least(all), worst: Math.min(...rounds.map(({ ops }) => least(ops))) };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
