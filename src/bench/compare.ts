import { nextRandom } from "#shared/random";
import type { BenchChange, BenchComparison } from "../record/bench-comparison.ts";
import type { BenchEstimate, BenchRecord, BenchResult } from "../record/bench-record.ts";
import { differences } from "./machine.ts";
import { median } from "./statistics.ts";

const RESAMPLES = 2000;
const SEED = 0xc0de;

/** Compares what two measurements have in common: the same path with the same parameters. */
export function compareRecords(before: BenchRecord, after: BenchRecord): BenchComparison {
  const changes: BenchChange[] = [];
  const alone: string[] = [];
  for (const result of after.results) {
    const other = before.results.find((candidate) => keyOf(candidate) === keyOf(result));
    if (other === undefined) alone.push(`${keyOf(result)} (after only)`);
    else changes.push(changeOf(other, result));
  }
  for (const result of before.results)
    if (!after.results.some((candidate) => keyOf(candidate) === keyOf(result)))
      alone.push(`${keyOf(result)} (before only)`);
  return {
    format: "refzero-bench-comparison",
    version: 1,
    machines: differences(before.machine, after.machine),
    changes,
    alone,
  };
}

/** What tells a result from others: its path and all its parameters. */
function keyOf({ path, params }: BenchResult): string {
  const told = Object.entries(params)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  return [path, ...told].join(" ");
}

function changeOf(before: BenchResult, after: BenchResult): BenchChange {
  const ratio = unpairedRatio(after.rounds, before.rounds);
  const verdict = ratio.high < 1 ? "faster" : ratio.low > 1 ? "slower" : "no difference seen";
  return {
    key: keyOf(after),
    before: before.nsPerOp,
    after: after.nsPerOp,
    ratio,
    verdict,
    noisy: before.noisy || after.noisy,
  };
}

/** The ratio of medians of rounds that were not measured in turns: both are drawn anew, each by itself. */
function unpairedRatio(values: readonly number[], base: readonly number[]): BenchEstimate {
  let random = SEED;
  const draw = (from: readonly number[]): number =>
    median(
      from.map(() => {
        random = nextRandom(random);
        return from[(random >>> 0) % from.length] ?? Number.NaN;
      }),
    );
  const ratios = Array.from({ length: RESAMPLES }, () => draw(values) / draw(base)).sort((a, b) => a - b);
  const at = (share: number): number => ratios[Math.floor(share * (RESAMPLES - 1))] ?? Number.NaN;
  return { median: median(values) / median(base), low: at(0.025), high: at(0.975) };
}
