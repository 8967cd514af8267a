import * as v from "valibot";
import { BENCH_RECORD_VERSION, type BenchRecord } from "./bench-record.ts";
import { UsageError } from "./usage-error.ts";

// JSON has no NaN: what could not be measured is null there.
const number = v.pipe(
  v.union([v.number(), v.null()]),
  v.transform((value) => value ?? Number.NaN),
);
const estimate = v.object({ median: number, low: number, high: number });
const latency = v.object({
  count: number,
  p50: number,
  p90: number,
  p99: number,
  p999: number,
  max: number,
  p999Corrected: number,
});
const result = v.looseObject({
  path: v.string(),
  label: v.string(),
  params: v.record(v.string(), v.union([v.string(), v.number()])),
  tasks: v.number(),
  nsPerOp: estimate,
  opsPerSecond: estimate,
  rounds: v.pipe(v.array(number), v.minLength(1)),
  noisy: v.boolean(),
  wait: latency,
});
const record = v.looseObject({
  format: v.literal("refzero-bench"),
  version: v.literal(BENCH_RECORD_VERSION),
  machine: v.object({
    cpu: v.string(),
    cpus: v.number(),
    arch: v.string(),
    platform: v.string(),
    kernel: v.string(),
    node: v.string(),
    v8: v.string(),
  }),
  results: v.array(result),
});

/** Reads a measurement back. @throws UsageError BAD_FILE saying what is wrong where */
export function parseBenchRecord(file: string, text: string): BenchRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError("BAD_FILE", { file, reason: "it is not JSON" });
  }
  const checked = v.safeParse(record, value);
  if (checked.success) return checked.output as unknown as BenchRecord;
  const [issue] = checked.issues;
  const path = v.getDotPath(issue);
  throw new UsageError("BAD_FILE", {
    file,
    reason: `it is no measurement of refzero bench${path === null ? "" : ` (${path})`}: ${issue.message}`,
  });
}
