import type { LockClass } from "./classes.ts";
import type { Evidence, Want } from "./evidence.ts";
import { EXCLUSIVE, NON_RECURSIVE } from "./graph.ts";

/** Most steps of looking for cycles before it is given up. */
const MOST_STEPS = 20_000;

/** Whether a cycle of dependencies is strong for some choice of kinds. @kernel Documentation/locking/lockdep-design: strong paths */
function isStrong(cycle: readonly Want[]): boolean {
  const endsRecursive = (startsAfterRecursive: boolean): boolean | undefined => {
    let recursive = startsAfterRecursive;
    for (const { kinds } of cycle) {
      const left = recursive ? kinds & EXCLUSIVE : kinds;
      if (left === 0) return undefined;
      recursive = (left & NON_RECURSIVE) === 0;
    }
    return recursive;
  };
  return endsRecursive(true) !== undefined || endsRecursive(false) === false;
}

/**
 * All strong cycles without a repeated class among `classes`, along dependencies where a task may wait. Undefined if
 * there are too many to look at.
 */
export function strongCycles(evidence: Evidence, classes: readonly LockClass[]): Want[][] | undefined {
  const rank = new Map(classes.map((one, at) => [one, at]));
  const found: Want[][] = [];
  let steps = 0;
  const extend = (start: number, at: LockClass, path: Want[], on: Set<LockClass>): boolean => {
    for (const [next, want] of evidence.wantsByClass.get(at) ?? []) {
      const order = rank.get(next);
      // Each cycle once: from its first class.
      if (order === undefined || order < start || want.kinds === 0) continue;
      if (++steps > MOST_STEPS) return false;
      if (order === start) {
        const cycle = [...path, want];
        if (isStrong(cycle)) found.push(cycle);
      } else if (!on.has(next)) {
        on.add(next);
        if (!extend(start, next, [...path, want], on)) return false;
        on.delete(next);
      }
    }
    return true;
  };
  for (const [start, one] of classes.entries()) if (!extend(start, one, [], new Set([one]))) return undefined;
  return found;
}

/** Classes that lie on a cycle together, for each such set: the strongly connected components, of one class if it has an edge to itself. */
export function components(evidence: Evidence): LockClass[][] {
  const index = new Map<LockClass, number>();
  const low = new Map<LockClass, number>();
  const stack: LockClass[] = [];
  const onStack = new Set<LockClass>();
  const found: LockClass[][] = [];
  const nextOf = (at: LockClass): LockClass[] =>
    [...(evidence.wantsByClass.get(at) ?? [])].filter(([, want]) => want.kinds !== 0).map(([to]) => to);
  const enter = (at: LockClass) => {
    index.set(at, index.size);
    low.set(at, index.size - 1);
    stack.push(at);
    onStack.add(at);
    return { at, rest: nextOf(at) };
  };
  const lower = (at: LockClass, to: number) => low.set(at, Math.min(low.get(at) ?? to, to));
  for (const root of evidence.wantsByClass.keys()) {
    if (index.has(root)) continue;
    const work = [enter(root)];
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const next = top.rest.pop();
      if (next !== undefined) {
        if (!index.has(next)) work.push(enter(next));
        else if (onStack.has(next)) lower(top.at, index.get(next) as number);
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent !== undefined) lower(parent.at, low.get(top.at) as number);
      if (low.get(top.at) !== index.get(top.at)) continue;
      const members = stack.splice(stack.indexOf(top.at));
      for (const member of members) onStack.delete(member);
      const loops = (evidence.wantsByClass.get(top.at)?.get(top.at)?.kinds ?? 0) !== 0;
      if (members.length > 1 || loops) found.push(members);
    }
  }
  return found;
}
