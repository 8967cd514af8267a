import type { TracePlace } from "../record/lockdep-record.ts";
import type { LockClass } from "./classes.ts";

/*
 * Kinds of a dependency: from a shared or exclusive holder, to a recursive reader or a taker that waits for whoever
 * waits. Two bits make a number, the number a bit of a mask.
 * @kernel kernel/locking/lockdep.c: __calc_dep_bit(), DEP_SR_BIT to DEP_EN_BIT
 */

/** Not by a reader that may recurse. */
export const RECURSIVE = 2;

/** The kind of `held -> wanted`, as a mask of one. @kernel kernel/locking/lockdep.c: calc_dep() */
export function kindOf(heldRead: number, wantedRead: number): number {
  return 1 << ((heldRead === 0 ? 1 : 0) + (wantedRead !== RECURSIVE ? 2 : 0));
}
/** Kinds with an exclusive holder: -(E*)->. */
export const EXCLUSIVE = 0b1010;
/** Kinds with a taker that is no recursive reader: -(*N)->. */
export const NON_RECURSIVE = 0b1100;
const names = ["SR", "ER", "SN", "EN"] as const;

/** The kinds of a mask, as the kernel writes them. */
export function kindNames(kinds: number): string[] {
  return names.filter((_, bit) => kinds & (1 << bit));
}

/** Seen from the other end, holder and taker change places. @kernel kernel/locking/lockdep.c: calc_depb() */
function backward(kinds: number): number {
  return (kinds & 0b1001) | ((kinds & 0b0010) << 1) | ((kinds & 0b0100) >> 1);
}

/** An edge of the graph: `to` was taken while `from` was held. */
export interface Dependency {
  readonly from: LockClass;
  readonly to: LockClass;
  kinds: number;
  /** Where it was first seen. */
  readonly place: TracePlace;
}

/** A step of a path that a search goes. */
export interface Step {
  readonly class: LockClass;
  readonly by: Dependency | undefined;
  readonly parent: Step | undefined;
  /** Every way here ends in -(*R)->, so that what follows may not start with -(S*)->. */
  readonly onlyRecursive: boolean;
}

let generation = 0;

/**
 * Breadth first from `start` along strong paths: none has -(*R)-> followed by -(S*)->. A class is visited at most
 * twice: a first way that ends in a recursive reader does not hide a later one that does not. In that the search finds
 * more than the kernel's, which marks a class before it looks whether the way there is strong.
 * @kernel kernel/locking/lockdep.c: __bfs()
 */
export function search(
  start: LockClass,
  onlyRecursive: boolean,
  forward: boolean,
  match: (step: Step) => boolean,
  skip?: (step: Step) => boolean,
): Step | undefined {
  const now = ++generation;
  const queue: Step[] = [];
  const visit = (step: Step): boolean => {
    const { class: reached } = step;
    if (reached.visitedStrong === now || (step.onlyRecursive && reached.visited === now)) return false;
    reached.visited = now;
    if (!step.onlyRecursive) reached.visitedStrong = now;
    if (skip?.(step) === true) return false;
    queue.push(step);
    return match(step);
  };
  const first: Step = { class: start, by: undefined, parent: undefined, onlyRecursive };
  if (visit(first)) return first;
  for (let at = 0; at < queue.length; at++) {
    const from = queue[at] as Step;
    for (const [next, by] of forward ? from.class.after : from.class.before) {
      let kinds = forward ? by.kinds : backward(by.kinds);
      if (from.onlyRecursive) kinds &= EXCLUSIVE;
      if (kinds === 0) continue;
      const step = { class: next, by, parent: from, onlyRecursive: (kinds & NON_RECURSIVE) === 0 };
      if (visit(step)) return step;
    }
  }
  return undefined;
}

/** The dependencies from the start of a search to where it ended, in the order of the search. */
export function pathTo(end: Step): Dependency[] {
  const path: Dependency[] = [];
  for (let step: Step | undefined = end; step?.by !== undefined; step = step.parent) path.push(step.by);
  return path.reverse();
}

/** Adds a dependency, or a kind to one that is there. Returns whether it is new. @kernel kernel/locking/lockdep.c: add_lock_to_list() */
export function addDependency(from: LockClass, to: LockClass, kinds: number, place: TracePlace): boolean {
  const known = from.after.get(to);
  if (known !== undefined) {
    known.kinds |= kinds;
    return false;
  }
  const made: Dependency = { from, to, kinds, place };
  from.after.set(to, made);
  to.before.set(from, made);
  return true;
}
