import fc from "fast-check";
import { build } from "hdr-histogram-js";
import { describe, expect, test } from "vitest";
import { BUCKETS, bucketOf, nanosecondsOf } from "../../src/bench/buckets.ts";
import { latencyOf } from "../../src/bench/latency.ts";
import { estimate, jain, median, ratio, spread } from "../../src/bench/statistics.ts";

describe("an estimate", () => {
  const values = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 40 });

  test("has its median inside its interval, and both inside the values", () => {
    fc.assert(
      fc.property(values, (rounds) => {
        const { median: middle, low, high } = estimate(rounds);
        expect(low).toBeLessThanOrEqual(middle);
        expect(middle).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(Math.min(...rounds));
        expect(high).toBeLessThanOrEqual(Math.max(...rounds));
        expect(estimate(rounds)).toEqual(estimate(rounds));
      }),
      { numRuns: 50 },
    );
  });

  test("covers the true median of most samples", () => {
    // Uniform on 0..1: of 200 samples of 15 the interval has to hold a half in about nineteen of twenty.
    let state = 7;
    const draw = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    let covered = 0;
    for (let sample = 0; sample < 200; sample++) {
      const { low, high } = estimate(Array.from({ length: 15 }, draw));
      if (low <= 0.5 && high >= 0.5) covered++;
    }
    expect(covered).toBeGreaterThan(170);
  });

  test("of a ratio pairs the rounds: noise that both have is not in it", () => {
    const noise = [1, 5, 2, 9, 3, 7];
    const {
      median: middle,
      low,
      high,
    } = ratio(
      noise.map((value) => value * 2),
      noise,
    );
    expect([middle, low, high]).toEqual([2, 2, 2]);
  });
});

test("medians, spreads and fairness of known values", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(spread([10, 10, 10, 10])).toBe(0);
  expect(jain([1, 1, 1, 1])).toBe(1);
  expect(jain([1, 0, 0, 0])).toBe(0.25);
});

describe("latency buckets", () => {
  const ns = fc.integer({ min: 0, max: 2 ** 32 - 1 });

  test("keep every value within 0.8 %", () => {
    fc.assert(
      fc.property(ns, (value) => {
        const bucket = bucketOf(value);
        expect(bucket).toBeGreaterThanOrEqual(0);
        expect(bucket).toBeLessThan(BUCKETS);
        expect(Math.abs(nanosecondsOf(bucket) - value)).toBeLessThanOrEqual(Math.max(1, value * 0.008));
      }),
    );
  });

  test("are in the order of the values, and end where values do not", () => {
    fc.assert(
      fc.property(ns, ns, (a, b) => {
        if (a <= b) expect(bucketOf(a)).toBeLessThanOrEqual(bucketOf(b));
      }),
    );
    expect(bucketOf(2 ** 40)).toBe(bucketOf(2 ** 32 - 1));
  });

  test("give the percentiles of a histogram that saw every value", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1e7 }), { minLength: 1, maxLength: 300 }), (values) => {
        const buckets = new Float64Array(BUCKETS);
        const whole = build({ highestTrackableValue: 2 ** 33, numberOfSignificantValueDigits: 3 });
        for (const value of values) {
          buckets[bucketOf(value)] = (buckets[bucketOf(value)] ?? 0) + 1;
          whole.recordValue(value);
        }
        const latency = latencyOf(buckets, 0);
        expect(latency.count).toBe(values.length);
        for (const [key, percentile] of [
          ["p50", 50],
          ["p90", 90],
          ["p99", 99],
          ["p999", 99.9],
        ] as const) {
          const exact = whole.getValueAtPercentile(percentile);
          expect(Math.abs(latency[key] - exact)).toBeLessThanOrEqual(2 + exact * 0.01);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("count a stall once for each operation that it kept", () => {
    const buckets = new Float64Array(BUCKETS);
    buckets[bucketOf(100)] = 100_000;
    buckets[bucketOf(10_000_000)] = 1;
    // At one operation every 100 ns the stall kept a hundred thousand.
    const latency = latencyOf(buckets, 100);
    expect(latency.p999).toBeLessThan(110);
    expect(latency.p999Corrected).toBeGreaterThan(5_000_000);
  });
});
