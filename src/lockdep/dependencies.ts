import { type LockClass, viewOf } from "./classes.ts";
import { addDependency, kindOf, pathTo, RECURSIVE, search } from "./graph.ts";
import type { HeldLock, Task } from "./held.ts";
import { checkIrqUsage } from "./irq.ts";
import { linksOf, type Sink, viewOfHeld } from "./sink.ts";

/** What `checkDeadlock` found. */
export const NESTED = 2;
/** Nothing in the way. */
export const CLEAR = 1;
/** A lock of the class is held, and that is reported. */
export const DEADLOCK = 0;

/**
 * The held lock of the class of `next` that it may not be taken with, if there is one; and whether a lock that
 * serialises the two is held. @kernel kernel/locking/lockdep.c: check_deadlock()
 */
export function conflicting(task: Task, next: HeldLock): HeldLock | typeof NESTED | undefined {
  let nested = false;
  for (let i = 0; i < task.depth; i++) {
    const prev = task.held[i] as HeldLock;
    if (next.nest !== undefined && prev.lock === next.nest) nested = true;
    if (prev.class !== next.class) continue;
    // A recursive reader may join readers of its own class.
    if (next.read === RECURSIVE && prev.read !== 0) continue;
    return nested ? NESTED : prev;
  }
  return undefined;
}

/** Whether the task holds a lock of that class already, and reports it. @kernel kernel/locking/lockdep.c: check_deadlock() */
export function checkDeadlock(sink: Sink, task: Task, next: HeldLock): number {
  const prev = conflicting(task, next);
  if (prev === NESTED) return NESTED;
  if (prev === undefined) return CLEAR;
  reportRecursion(sink, task, prev, next);
  return DEADLOCK;
}

/** @kernel kernel/locking/lockdep.c: print_deadlock_bug() */
function reportRecursion(sink: Sink, task: Task, prev: HeldLock, next: HeldLock): void {
  const name = next.class.name;
  const which =
    prev.lock === next.lock
      ? `takes ${next.lock.name} (${name}), which it holds`
      : `takes ${name} while it holds one`;
  sink.report(task, {
    kind: "recursive-locking",
    classes: [name],
    message: `${task.name} ${which}`,
    wanted: viewOfHeld(task, next),
    against: viewOfHeld(task, prev),
    cycle: [next.class],
  });
}

/**
 * Adds what `next` depends on: the topmost held lock, and those below it as long as all above are trylocks, which
 * depend on nothing themselves. What was reported as a recursion adds nothing to its own class.
 * @kernel kernel/locking/lockdep.c: check_prevs_add()
 */
export function addDependencies(sink: Sink, task: Task, next: HeldLock, recurses: boolean): number {
  let added = 0;
  for (let i = task.depth - 1; i >= 0; i--) {
    const prev = task.held[i] as HeldLock;
    if (prev.context !== next.context) break;
    if (!prev.check) continue;
    if (recurses && prev.class === next.class) {
      if (!prev.trylock) break;
      continue;
    }
    checkNoncircular(sink, task, prev, next);
    if (sink.stopped) return added;
    checkIrqUsage(sink, task, prev, next);
    if (sink.stopped) return added;
    const kinds = kindOf(prev.read, next.read);
    if (addDependency(prev.class, next.class, kinds, sink.place(task, next.ip))) added++;
    if (!prev.trylock) break;
  }
  return added;
}

/**
 * `prev -> next` must not close a strong cycle: a strong path from `next` to `prev` does, if it ends in no recursive
 * reader or `prev` is held exclusively. @kernel kernel/locking/lockdep.c: check_noncircular(), hlock_conflict()
 */
function checkNoncircular(sink: Sink, task: Task, prev: HeldLock, next: HeldLock): void {
  sink.searches++;
  const found = search(
    next.class,
    next.read === RECURSIVE,
    true,
    (step) => step.class === prev.class && (prev.read === 0 || !step.onlyRecursive),
  );
  if (found === undefined) return;
  if (prev.class === next.class) {
    reportRecursion(sink, task, prev, next);
    return;
  }
  const path = pathTo(found);
  const cycle: LockClass[] = [next.class, ...path.map(({ to }) => to)];
  const names = cycle.map(({ name }) => name);
  sink.report(task, {
    kind: "circular",
    classes: names,
    message: `${task.name} takes ${next.class.name} while it holds ${prev.class.name}, and ${names.join(" -> ")} is known`,
    chain: linksOf(path),
    path: cycle.map(viewOf),
    wanted: viewOfHeld(task, next),
    against: viewOfHeld(task, prev),
    cycle,
  });
}
