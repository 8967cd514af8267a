/** What a conformance check of one lock found. */
export interface ConformanceRecord {
  format: "refzero-conformance";
  version: 1;
  /** The lock. */
  name: string;
  verdict: "holds" | "violated" | "inconclusive";
  runs: number;
  /** Runs after which the counter was not the sum. */
  lost: number;
  /** Updates lost in them, and of how many. */
  updates: { lost: number; of: number };
  /** Runs that did not end within the limit, by number from 1. */
  hung: number[];
  /** Milliseconds that a run may take. */
  limitMs: number;
  seconds: number;
  interrupted: boolean;
}
