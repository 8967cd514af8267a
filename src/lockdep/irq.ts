import { type LockClass, viewOf } from "./classes.ts";
import { kindOf, pathTo, RECURSIVE, type Step, search } from "./graph.ts";
import type { HeldLock, Task } from "./held.ts";
import { linksOf, type Sink, viewOfHeld } from "./sink.ts";
import {
  clash,
  ENABLED_ALL,
  ENABLED_BIT,
  excluding,
  exclusiveBit,
  HARDIRQ,
  READ_BIT,
  SOFTIRQ,
  STATE_BITS,
  seen,
  stateName,
  USED,
  USED_IN_ALL,
  USED_READ,
} from "./usage.ts";

/** A lock of one CPU carries no inversion to another. @kernel kernel/locking/lockdep.c: usage_skip() */
const skip = (step: Step): boolean => step.class.facts.percpu;

const matching =
  (mask: number) =>
  (step: Step): boolean =>
    (seen(step.class.usage, step.onlyRecursive) & mask) !== 0;

/**
 * Notes in which contexts the lock is used, and checks each that is new.
 * @kernel kernel/locking/lockdep.c: mark_usage()
 */
export function markUsage(sink: Sink, task: Task, next: HeldLock): void {
  const reads = next.read === 0 ? 0 : READ_BIT;
  let bits = next.read === 0 ? USED : USED_READ;
  if (next.check) {
    if (!next.trylock) {
      if (task.hardirqDepth > 0) bits |= 1 << (HARDIRQ + reads);
      if (task.softirqDepth > 0) bits |= 1 << (SOFTIRQ + reads);
    }
    if (!next.hardirqsOff) {
      bits |= 1 << (HARDIRQ + ENABLED_BIT + reads);
      if (task.softirqs) bits |= 1 << (SOFTIRQ + ENABLED_BIT + reads);
    }
  }
  if ((next.class.usage & bits) === bits) return;
  for (const bit of kernelOrder) {
    if (bits & (1 << bit)) markLock(sink, task, next, bit);
    if (sink.stopped) return;
  }
}

/** Used in hard and soft ones, enabled hard and soft ones, used at all. */
const kernelOrder = [0, 1, 4, 5, 2, 3, 6, 7, 8, 9];

/** Marks all held locks as used with interrupts on. @kernel kernel/locking/lockdep.c: mark_held_locks() */
export function markHeldLocks(sink: Sink, task: Task, state: number): void {
  for (let i = 0; i < task.depth && !sink.stopped; i++) {
    const entry = task.held[i] as HeldLock;
    if (entry.check) markLock(sink, task, entry, state + ENABLED_BIT + (entry.read === 0 ? 0 : READ_BIT));
  }
}

/** Sets a bit; one that is new is checked. @kernel kernel/locking/lockdep.c: mark_lock(), mark_lock_irq() */
function markLock(sink: Sink, task: Task, entry: HeldLock, bit: number): void {
  const { class: own } = entry;
  if (own.usage & (1 << bit)) return;
  own.usage |= 1 << bit;
  own.firstUse[bit] = sink.place(task, entry.ip);
  if (bit >= STATE_BITS) return;
  const clashing = exclusiveBit(bit);
  // A reader's use clashes with writers only.
  const bad = (bit & READ_BIT) !== 0 ? 1 << clashing : 3 << clashing;
  if (own.usage & bad) {
    reportState(sink, task, entry, bit);
    return;
  }
  checkInversion(sink, task, entry, bit);
}

/** @kernel kernel/locking/lockdep.c: valid_state(), print_usage_bug() */
function reportState(sink: Sink, task: Task, entry: HeldLock, bit: number): void {
  const { class: own } = entry;
  const state = stateName(bit);
  const view = viewOf(own);
  sink.report(task, {
    kind: "inconsistent-state",
    classes: [own.name],
    message: `${own.name} is used in ${state} and held with ${state} on`,
    wanted: viewOfHeld(task, entry),
    irq: { state, safe: view, unsafe: view },
  });
}

/**
 * A new use of a class has to go with the uses of what depends on it, or of what it depends on.
 * @kernel kernel/locking/lockdep.c: check_usage_forwards(), check_usage_backwards(), print_irq_inversion_bug()
 */
function checkInversion(sink: Sink, task: Task, entry: HeldLock, bit: number): void {
  const forward = (bit & ENABLED_BIT) === 0;
  const { class: own, read } = entry;
  sink.searches++;
  const only = forward ? read === RECURSIVE : read !== 0;
  const found = search(own, only, forward, matching(3 << exclusiveBit(bit)), skip);
  if (found === undefined) return;
  const other = found.class;
  const path = forward ? pathTo(found) : pathTo(found).reverse();
  const [safe, unsafe] = forward ? [own, other] : [other, own];
  const state = stateName(bit);
  sink.report(task, {
    kind: "irq-inversion",
    classes: own === other ? [own.name] : [own.name, other.name],
    message: `${own.name} is now ${forward ? "used in" : "held with"} ${state}${forward ? "" : " on"}, and ${other.name}, which ${forward ? "it depends on, is held with" : "depends on it, is used in"} ${state}${forward ? " on" : ""}`,
    chain: linksOf(path),
    path: pathClasses(safe, path),
    wanted: viewOfHeld(task, entry),
    irq: { state, safe: viewOf(safe), unsafe: viewOf(unsafe) },
  });
}

const pathClasses = (start: LockClass, path: readonly { to: LockClass }[]) => [
  viewOf(start),
  ...path.map(({ to }) => viewOf(to)),
];

/**
 * A dependency `prev -> next` may not lead from a class that interrupts use to one that they may interrupt.
 * @kernel kernel/locking/lockdep.c: check_irq_usage(), print_bad_irq_dependency()
 */
export function checkIrqUsage(sink: Sink, task: Task, prev: HeldLock, next: HeldLock): void {
  let used = 0;
  sink.searches++;
  search(
    prev.class,
    prev.read !== 0,
    false,
    (step) => {
      used |= seen(step.class.usage, step.onlyRecursive);
      return false;
    },
    skip,
  );
  used &= USED_IN_ALL;
  if (used === 0) return;
  const ahead = search(next.class, next.read === RECURSIVE, true, matching(excluding(used)), skip);
  if (ahead === undefined) return;
  const unsafe = ahead.class;
  const behindMask = excluding(unsafe.usage & ENABLED_ALL);
  const behind = search(prev.class, prev.read !== 0, false, matching(behindMask), skip);
  if (behind === undefined) return;
  const safe = behind.class;
  const before = pathTo(behind).reverse();
  const after = pathTo(ahead);
  const here = {
    from: prev.class,
    to: next.class,
    kinds: kindOf(prev.read, next.read),
    place: sink.place(task, next.ip),
  };
  const path = [...before, here, ...after];
  const state = stateName(clash(safe.usage, unsafe.usage));
  sink.report(task, {
    kind: "irq-order",
    classes: [...new Set([safe.name, ...path.map(({ to }) => to.name)])],
    message: `${safe.name} is used in ${state}; taking ${next.class.name} inside ${prev.class.name} makes it depend on ${unsafe.name}, which is held with ${state} on`,
    chain: linksOf(path),
    path: pathClasses(safe, path),
    wanted: viewOfHeld(task, next),
    against: viewOfHeld(task, prev),
    irq: { state, safe: viewOf(safe), unsafe: viewOf(unsafe) },
  });
}
