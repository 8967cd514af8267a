import type { Addr, Step } from "#shared/atomic/index";
import type { ViolationKind } from "#shared/violation";

/**
 * A program over the locks, written once and run on both builds. Its file lies in `programs/`, is called
 * `name`.ts and exports it as default. Tasks say what is wrong by throwing; what they return is their result.
 */
export interface Program<P extends Params> {
  readonly name: string;
  /** Lays the shared state out, alone; returns its root. */
  readonly setup: (heap: Addr, params: P) => Step<Addr>;
  /** What task number `task` does. */
  readonly task: (root: Addr, task: number, params: P) => Step<unknown>;
  /** Looks at the state that all tasks have left; throws if it is wrong. */
  readonly check?: (root: Addr, params: P) => Step<void>;
}

/** Parameters of a program; each has a number of tasks. They are copied to workers. */
export interface Params {
  readonly tasks: number;
  readonly [name: string]: number | string;
}

/** An entry of the violation table. */
export interface Violation {
  readonly kind: ViolationKind;
  readonly task: number;
  readonly object: number;
  readonly value: number;
  readonly other: number;
}

/** How a run of a program ended, on either build. */
export interface Outcome {
  /**
   * `deadlock`: nobody can go on. `livelock`: too many steps. `threw`: a task or the check threw. `abandoned`: a
   * task left after a report. `hung`: threads did not come back in time.
   */
  readonly end: "finished" | "deadlock" | "livelock" | "threw" | "abandoned" | "hung";
  /** What each task returned; undefined for one that did not come to its end. */
  readonly results: readonly unknown[];
  readonly violations: readonly Violation[];
  /** What setup returned; the memory is still there to be looked at. */
  readonly root: number;
  /** How often each task went to sleep. Stepped build only. */
  readonly sleeps: readonly number[];
  /** Everything a person needs to see. */
  readonly report: string;
}

/** What is wrong with an outcome that should be flawless; empty if it is. */
export function faults(outcome: Outcome): string {
  if (outcome.end === "finished" && outcome.violations.length === 0) return "";
  return outcome.report;
}
