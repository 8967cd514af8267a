import { describe, expect, test } from "vitest";
import { compareRecords } from "../../src/bench/compare.ts";
import type { BenchRecord } from "../../src/record/bench-record.ts";
import { parseBenchRecord } from "../../src/record/bench-schema.ts";

const machine = {
  cpu: "a CPU",
  cpus: 2,
  arch: "x64",
  platform: "linux",
  kernel: "6.1",
  node: "v20",
  v8: "11",
};

function record(rounds: readonly number[], changes: Partial<BenchRecord> = {}): BenchRecord {
  const estimate = { median: rounds[0] ?? 0, low: 0, high: 0 };
  const result = {
    path: "mutex/lock",
    label: "mutex/lock",
    params: { tasks: 1 },
    tasks: 1,
    nsPerOp: estimate,
    opsPerSecond: estimate,
    rounds: [...rounds],
    noisy: false,
    wait: { count: 1, p50: 1, p90: 1, p99: 1, p999: 1, max: 1, p999Corrected: 1 },
  };
  return { format: "refzero-bench", version: 1, machine, results: [result], ...changes } as never;
}

describe("two measurements", () => {
  const before = record([20, 21, 20, 22, 20, 21]);

  test.each([
    ["faster", [10, 11, 10, 10, 11, 10]],
    ["slower", [40, 41, 42, 40, 41, 40]],
    ["no difference seen", [21, 20, 20, 22, 21, 20]],
  ])("are %s by their intervals", (verdict, rounds) => {
    expect(compareRecords(before, record(rounds)).changes[0]?.verdict).toBe(verdict);
  });

  test("of different machines say what differs", () => {
    const other = record([20, 20, 20], { machine: { ...machine, cpu: "another CPU" } });
    expect(compareRecords(before, other).machines).toEqual(["cpu a CPU against another CPU"]);
  });

  test("that have nothing in common say so", () => {
    const other = record([20, 20, 20]);
    (other.results[0] as { params: object }).params = { tasks: 2 };
    expect(compareRecords(before, other)).toMatchObject({
      changes: [],
      alone: ["mutex/lock tasks=2 (after only)", "mutex/lock tasks=1 (before only)"],
    });
  });
});

describe("a file that is no measurement", () => {
  test.each([
    ["{", "it is not JSON"],
    ["{}", "it is no measurement of refzero bench (format)"],
    ['{"format":"refzero-bench","version":9}', "it is no measurement of refzero bench (version)"],
  ])("%s", (text, reason) => {
    expect(() => parseBenchRecord("a.json", text)).toThrow(reason);
  });
});
