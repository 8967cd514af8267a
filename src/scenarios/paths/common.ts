import { type LockPolicy, lockPolicies } from "#shared/sync/lock-policy";
import { type ChoiceParam, choice, type IntParam, int } from "../params.ts";

/** Parameters of every path into a critical section. Times are of busy loops, as locktorture's `udelay`. */
export interface SectionParams {
  readonly [name: string]: ChoiceParam<string> | IntParam;
  readonly tasks: IntParam;
  readonly objects: IntParam;
  readonly hold: IntParam;
  readonly think: IntParam;
  readonly long_hold: IntParam;
}

/** Declares them. */
export function sectionParams(): SectionParams {
  return {
    tasks: tasksParam(1),
    objects: int(1, 1024, 1, "locks, of which each operation takes a random one"),
    hold: int(0, 100_000, 0, "microseconds that a lock is held"),
    think: int(0, 100_000, 0, "microseconds between two operations of a task"),
    long_hold: int(0, 1000, 0, "milliseconds of a long hold, one in tasks * 2,000 * this many"),
  };
}

/** The parameter that says how many tasks. */
export function tasksParam(fallback: number): IntParam {
  return int(1, 64, fallback, "tasks, a thread each");
}

/** The parameter that says who gets a sleeping lock. */
export function policyParam(): ChoiceParam<LockPolicy> {
  return choice(lockPolicies, "bounded", "who gets a sleeping lock that several want");
}
