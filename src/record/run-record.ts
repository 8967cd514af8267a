import type { LiveLockdep } from "./live-lockdep.ts";
import type { RunTorture } from "./torture-record.ts";

/** The version of the format that is written. Readers take this one only. */
export const RUN_RECORD_VERSION = 1;

/** One edge of a wait-for graph. */
export interface RunWait {
  task: string;
  /** Lock that the task waits for, by name. */
  waitsFor: string;
  /** Task that holds it, or null. */
  heldBy: string | null;
}

/** One recorded event, by name. */
export interface RunEvent {
  task: string;
  event: string;
  object: string;
  value: number;
}

/** One violation of a run record. */
export interface RunViolation {
  kind: string;
  /** One sentence: what happened. */
  message: string;
  task: string | null;
  /** The other task concerned, or null. */
  other: string | null;
  world: number;
  /** The object or word concerned, by name, or null. */
  object: string | null;
  value: number;
  /** For deadlocks and waits: who waits for what. */
  waits: RunWait[];
  /** What a dead worker held. */
  held: string[];
  /** Last recorded events of the world, oldest first a task. Empty where the recorder was off. */
  events: RunEvent[];
}

/** What one task did, in counts. */
export interface RunTask {
  name: string;
  worlds: number;
  ops: number;
  frees: number;
  contendedFrees: number;
  overlap: number;
  lockWaits: number;
  trylockFailed: number;
  backoffs: number;
  reclaims: number;
  pagesReclaimed: number;
  deferred: number;
  /** Last references that it dropped under the object's own lock, or its list's: a rule that nobody else checks. */
  putsUnderLock?: number;
}

/** A race's violation as an interleaving that can be run again. */
export interface RunSchedule {
  file: string;
  /** `the recorded events`: each task records in it what it recorded on its thread. `a search`: another that ends the same. */
  from: string;
  kind: string;
  steps: number;
  preemptions: number;
}

/** Everything a race run left behind: what all reports read. Times are seconds unless a name says otherwise. */
export interface RunRecord {
  format: "refzero-run";
  version: typeof RUN_RECORD_VERSION;
  scenario: string;
  claim: string;
  engine: "race";
  params: Record<string, string | number>;
  mode: "batch" | "soak";
  expect: "holds" | "violated";
  verdict: "holds" | "violated" | "inconclusive";
  interrupted: boolean;
  seed: string;
  seconds: number;
  cpus: number;
  worldsPerBatch: number;
  arenaBytes: number;
  worlds: number;
  ops: number;
  frees: number;
  contendedFrees: number;
  /** Frees that had another task at work on the same object. */
  overlap: number;
  backoffs: number;
  reclaims: number;
  /** Mean nanoseconds of a free, from every 64th; null where none was timed. */
  nsPerFree: number | null;
  /** All violations; `violations` keeps the first of them. */
  violationCount: number;
  violations: RunViolation[];
  tasks: RunTask[];
  /** locktorture's statistics, of a torture. */
  torture?: RunTorture;
  /** An interleaving that ends in the first violation's kind, in a file that `refzero replay` takes; null if there is none. */
  schedule: RunSchedule | null;
  /** What lockdep says, as `--lockdep` asked; else null. */
  lockdep: LiveLockdep | null;
  /** The command line that repeats the run. */
  command: string;
}
