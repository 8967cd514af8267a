import { describe, expect, test } from "vitest";
import type { Spec } from "./checker.ts";
import { type Extent, explore, type Subject, type Task } from "./program.ts";

/** Many times what the slowest takes on one slow core. */
export const TIMEOUT = 180_000;

/** A program as text, or what its tasks do with a name. */
export type Program = string | { readonly name: string; readonly tasks: readonly Task[] };

/** What each task does, from `lock, unlock | trylock`. */
export function tasksOf(program: string): readonly Task[] {
  return program.split(" | ");
}

/**
 * Every trace of each program is right; and granularity `lock`, which interrupts no operation unless it waits, sees
 * every history that granularity `atomic` sees.
 */
export function expectRight<S>(
  title: string,
  subject: Subject,
  spec: Spec<S>,
  programs: readonly Program[],
): void {
  const cases = programs.map((one) => (typeof one === "string" ? { name: one, tasks: tasksOf(one) } : one));
  describe(`${title}, every trace at atomic, and no other history at lock:`, () => {
    test.each(cases)(
      "$name",
      ({ tasks }) => {
        const atomic = explore(subject, spec, tasks);
        expect(atomic.faults, atomic.example).toEqual([]);
        expect(atomic.exhaustive).toBe(true);
        const lock = explore(subject, spec, tasks, { granularity: "lock" });
        expect(lock.faults, lock.example).toEqual([]);
        expect(lock.exhaustive).toBe(true);
        expect([...lock.histories].sort()).toEqual([...atomic.histories].sort());
      },
      TIMEOUT,
    );
  });
}

/** The same check on a part of a program's executions: `extent` says which, and the name has to. */
export function expectRightSoFar<S>(
  name: string,
  subject: Subject,
  spec: Spec<S>,
  tasks: readonly Task[],
  extent: Extent,
): void {
  test(
    name,
    () => {
      const { faults, example, exhaustive, executions } = explore(subject, spec, tasks, extent);
      expect(faults, example).toEqual([]);
      expect(exhaustive || executions === extent.first).toBe(true);
    },
    TIMEOUT,
  );
}

/** A wrong operation in place of a right one, a program that shows it, and all that is found wrong. */
export interface Wrong {
  readonly name: string;
  readonly operations: Subject["operations"];
  readonly program: string;
  readonly faults: readonly string[];
}

/** Each fault is found, as what it is, by the check that the right one passes on the same program. */
export function expectCaught<S>(subject: Subject, spec: Spec<S>, wrongs: readonly Wrong[]): void {
  describe("it is noticed when", () => {
    test.each(wrongs)(
      "$name: $faults",
      ({ operations, program, faults }) => {
        const right = explore(subject, spec, tasksOf(program));
        expect(right.faults, right.example).toEqual([]);
        const changed = { ...subject, operations: { ...subject.operations, ...operations } };
        const wrong = explore(changed, spec, tasksOf(program));
        expect(wrong.faults, wrong.example).toEqual(faults);
        expect([right.exhaustive, wrong.exhaustive]).toEqual([true, true]);
      },
      TIMEOUT,
    );
  });
}
