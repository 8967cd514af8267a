import { build } from "hdr-histogram-js";
import type { BenchLatency } from "../record/bench-record.ts";
import { nanosecondsOf } from "./buckets.ts";

/**
 * Percentiles of what members recorded. `interval`: nanoseconds between two operations of a task, which is what a stalled
 * task is corrected by (coordinated omission: while it waits it does not ask again, so one long wait hides many).
 */
export function latencyOf(buckets: Float64Array, interval: number): BenchLatency {
  const options = { highestTrackableValue: 2 ** 33, numberOfSignificantValueDigits: 3 as const };
  const histogram = build(options);
  const corrected = build(options);
  for (const [bucket, count] of buckets.entries()) {
    if (count === 0) continue;
    const value = Math.round(nanosecondsOf(bucket));
    histogram.recordValueWithCount(value, count);
    corrected.recordValueWithCount(value, count);
    recordHidden(corrected, value, count, interval);
  }
  const at = (percentile: number): number => histogram.getValueAtPercentile(percentile);
  const latency: BenchLatency = {
    count: histogram.totalCount,
    p50: at(50),
    p90: at(90),
    p99: at(99),
    p999: at(99.9),
    max: histogram.maxValue,
    p999Corrected: corrected.getValueAtPercentile(99.9),
  };
  histogram.destroy();
  corrected.destroy();
  return latency;
}

/** Most values that one wait is taken apart into: a stall of seconds among operations of nanoseconds has millions. */
const MOST_PARTS = 1000;

/** The operations that a stalled task did not ask for: each would have waited for what was left of the stall. */
function recordHidden(
  histogram: ReturnType<typeof build>,
  value: number,
  count: number,
  interval: number,
): void {
  if (!(interval > 0) || value <= interval) return;
  const hidden = Math.floor(value / interval);
  const parts = Math.min(hidden, MOST_PARTS);
  for (let part = 1; part <= parts; part++)
    histogram.recordValueWithCount(
      Math.round((value * (parts - part + 0.5)) / parts),
      Math.max(1, Math.round((count * hidden) / parts)),
    );
}
