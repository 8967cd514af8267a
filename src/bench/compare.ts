import type { BenchChange, BenchComparison } from "../record/bench-comparison.ts";
import type { BenchRecord, BenchResult } from "../record/bench-record.ts";
import { differences } from "./machine.ts";
import { unpairedRatio } from "./statistics.ts";

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
