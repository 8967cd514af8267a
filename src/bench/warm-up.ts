import { median } from "./statistics.ts";
import type { Round } from "./team.ts";

/** Seconds of a round, at most: short measurements are warmed up shortly. */
const ROUND_SECONDS = 0.05;
const LEAST = 4;
const MOST = 24;
/** Rounds that have to agree, and by how much. */
const AGREEING = 3;
const APART = 0.05;

/** How warm a team is. */
export interface WarmUp {
  readonly rounds: number;
  /** False where the rounds did not come to agree: code was still being compiled, or the path is not steady at all. */
  readonly settled: boolean;
  /** Nanoseconds an operation, at last. */
  readonly ns: number;
}

/** Wall-clock nanoseconds an operation, all tasks together. */
export function nsPerOp(round: Round): number {
  const perMs = round.ops.reduce((sum, ops, task) => sum + ops / (round.ms[task] || Number.NaN), 0);
  return 1e6 / perMs;
}

/** Nanoseconds an operation takes its own task, the mean over all: for paths whose tasks do more than what is timed. */
export function nsOfTask({ ops, ms }: Round): number {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return (sum(ms) * 1e6) / sum(ops);
}

/**
 * Runs short rounds until the code is compiled: until three in a row are as fast as the three before them, within a
 * twentieth. `run` does one of so many seconds.
 */
export async function warmUp(
  run: (seconds: number) => Promise<Round>,
  seconds: number = ROUND_SECONDS,
): Promise<WarmUp> {
  const times: number[] = [];
  while (times.length < MOST) {
    times.push(nsPerOp(await run(Math.min(seconds, ROUND_SECONDS))));
    if (times.length < LEAST + AGREEING) continue;
    const now = median(times.slice(-AGREEING));
    const before = median(times.slice(-2 * AGREEING, -AGREEING));
    if (Math.abs(now / before - 1) < APART) return { rounds: times.length, settled: true, ns: now };
  }
  return { rounds: times.length, settled: false, ns: median(times.slice(-AGREEING)) };
}
