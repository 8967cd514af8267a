import type { BenchEstimate } from "./bench-record.ts";

/** What became of one path between two measurements. */
export interface BenchChange {
  /** The path and its parameters. */
  readonly key: string;
  readonly before: BenchEstimate;
  readonly after: BenchEstimate;
  /** Time after to time before, with its 95 % interval. */
  readonly ratio: BenchEstimate;
  /** By whether the interval leaves out 1. */
  readonly verdict: "faster" | "slower" | "no difference seen";
  /** One of the two was marked noisy. */
  readonly noisy: boolean;
}

/** Two measurements side by side. */
export interface BenchComparison {
  readonly format: "refzero-bench-comparison";
  readonly version: 1;
  /** What the machines differ in; empty where they are the same. */
  readonly machines: readonly string[];
  readonly changes: readonly BenchChange[];
  /** What only one of the two has. */
  readonly alone: readonly string[];
}
