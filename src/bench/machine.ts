import { arch, availableParallelism, cpus, platform, release } from "node:os";
import type { BenchMachine } from "../record/bench-record.ts";

/** The machine that this runs on, as far as numbers depend on it. */
export function machineOf(): BenchMachine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cpus: availableParallelism(),
    arch: arch(),
    platform: platform(),
    kernel: release(),
    node: process.version,
    v8: process.versions.v8,
  };
}

/** What two machines differ in, a phrase each. */
export function differences(a: BenchMachine, b: BenchMachine): string[] {
  return (Object.keys(a) as (keyof BenchMachine)[])
    .filter((key) => a[key] !== b[key])
    .map((key) => `${key} ${a[key]} against ${b[key]}`);
}
