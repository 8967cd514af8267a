/** The version of the format that is written. Readers take this one only. */
export const BENCH_RECORD_VERSION = 1;

/** A number with its 95 % interval. */
export interface BenchEstimate {
  median: number;
  low: number;
  high: number;
}

/** Percentiles of a latency, in nanoseconds. */
export interface BenchLatency {
  count: number;
  p50: number;
  p90: number;
  p99: number;
  p999: number;
  max: number;
  /** The 99.9th percentile of what would have been seen at a steady rate: a stall counts once for each operation that it kept. */
  p999Corrected: number;
}

/** A row of lock statistics, in the columns of the kernel's /proc/lock_stat; times are microseconds. */
export interface BenchLockStat {
  class: string;
  conBounces: number;
  contentions: number;
  waittimeMin: number;
  waittimeMax: number;
  waittimeTotal: number;
  waittimeAvg: number;
  acqBounces: number;
  acquisitions: number;
  holdtimeMin: number;
  holdtimeMax: number;
  /** From the mean of the holds that were timed. */
  holdtimeTotal: number;
  holdtimeAvg: number;
}

/** What was measured of one path with one choice of parameters, or of a peer. */
export interface BenchResult {
  path: string;
  about: string;
  params: Record<string, string | number>;
  /** What tells it from its neighbours in a table. */
  label: string;
  tasks: number;
  /**
   * Wall-clock nanoseconds an operation, all tasks together: what throughput is the inverse of. Where `perTaskTime` is
   * set, the time that an operation takes its own task: what it uses up is prepared in between, and that is not timed.
   */
  nsPerOp: BenchEstimate;
  perTaskTime: boolean;
  opsPerSecond: BenchEstimate;
  /** Nanoseconds an operation of each round, in order: results of one group were measured in turns. */
  rounds: number[];
  /** Results with the same number were measured in turns: their rounds can be compared one by one. */
  group: number;
  /** To the first of its table. */
  ratio: BenchEstimate | null;
  warmUp: { rounds: number; settled: boolean };
  /** The middle half of the rounds is wider than a tenth of their median. */
  noisy: boolean;
  /** Of a section: from asking for the lock to having it. Of another path: the whole operation. */
  wait: BenchLatency;
  hold: BenchLatency | null;
  /** An operation each, of all throughput rounds. */
  contended: number | null;
  backoffs: number | null;
  sleeps: number | null;
  wakeups: number | null;
  spins: number | null;
  /** Over the rounds' shares of the tasks: Jain's index, and the least over the most of the worst round and of all. */
  fairness: { jain: number; minOverMax: number; worst: number };
  perTask: number[];
  /** CPU seconds a second, of the whole process. */
  cores: number;
  /** The sum that the lock guards, against the operations done; null where nothing is counted. */
  sum: { expected: number; got: number; right: boolean } | null;
  violations: number;
  lockStat: BenchLockStat[] | null;
}

/** Where it was measured. */
export interface BenchMachine {
  cpu: string;
  cpus: number;
  arch: string;
  platform: string;
  kernel: string;
  node: string;
  v8: string;
}

/** Everything a measurement left behind. Times are nanoseconds unless a name says otherwise. */
export interface BenchRecord {
  format: "refzero-bench";
  version: typeof BENCH_RECORD_VERSION;
  machine: BenchMachine;
  /** Load averages over a minute, before and after. */
  load: { before: number; after: number };
  seed: string;
  seconds: number;
  rounds: number;
  command: string;
  interrupted: boolean;
  results: BenchResult[];
  /** What the numbers say of each other, and what is to be said of them, a sentence each. */
  notes: string[];
}
