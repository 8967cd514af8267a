import type { Addr, Step } from "#shared/atomic/index";
import { setCurrentTask } from "#shared/task";
import type { Spec } from "./checker.ts";
import type { Subject } from "./program.ts";

/** A subject and its specification, some operations later, each of the task named: they cost no interleavings. */
export function after<S>(
  operations: readonly (readonly [task: number, name: string])[],
  subject: Subject,
  spec: Spec<S>,
): [Subject, Spec<S>] {
  function* setup(object: Addr, tasks: number): Step<void> {
    if (subject.setup !== undefined) yield* subject.setup(object, tasks);
    for (const [task, name] of operations) {
      setCurrentTask(task);
      yield* subject.operations[name]?.(object) ?? [];
    }
    setCurrentTask(0);
  }
  const initial = operations.reduce((state, [task, name]) => {
    const [outcome] = spec.actions(state, { task, name }, 0);
    if (outcome === undefined || outcome.next !== undefined)
      throw new Error(`${name} does not return at once`);
    return outcome.state;
  }, spec.initial);
  return [
    { ...subject, setup },
    { ...spec, initial },
  ];
}
