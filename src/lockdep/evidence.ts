import type { LockClass } from "./classes.ts";
import { conflicting, NESTED } from "./dependencies.ts";
import { kindOf } from "./graph.ts";
import type { HeldLock, LockInstance, Task } from "./held.ts";
import { heldIn, isAloneWith } from "./lifetimes.ts";

/** Pairs of instances that are kept for one pair of classes. */
const MOST_PAIRS = 256;

/** All that was seen of tasks that hold a lock of one class and want one of another. */
export interface Want {
  readonly from: LockClass;
  readonly to: LockClass;
  /** Kinds of those that may have to wait; 0 if none may. */
  kinds: number;
  /** The only task that did it, or that there were several. */
  task: Task | "several" | undefined;
  /** Locks that every one of them held exclusively; undefined before the first. */
  gates: Set<LockInstance> | undefined;
  /** The least that `order` rose by; -Infinity where a lock has none. */
  rise: number;
  /** A task wanted the very instance that it held. */
  self: boolean;
  readonly pairs: Map<number, readonly [LockInstance, LockInstance]>;
  overflow: boolean;
  /** Event of the first one. */
  readonly event: number;
  /** One that nobody can wait against. */
  alone: { task: Task; object: string; lock: string; event: number; wanted: boolean } | undefined;
}

/**
 * What exact mode keeps beside the dependency graph: who holds what while he wants what, with every held lock and not
 * the topmost only, since a task that waits does so with all of them.
 */
export class Evidence {
  readonly wantsByClass: Map<LockClass, Map<LockClass, Want>> = new Map();

  /** A task is about to wait for a lock. `next` is not on its stack yet. */
  wants(task: Task, next: HeldLock): void {
    // The kernel adds no dependency there: the lock that serialises the two is the caller's word for it.
    if (next.nest !== undefined && conflicting(task, next) === NESTED) return;
    const context = (task.hardirqDepth > 0 ? 2 : 0) + (task.softirqDepth > 0 ? 1 : 0);
    for (let i = task.depth - 1; i >= 0; i--) {
      const held = task.held[i] as HeldLock;
      if (held.context !== context) break;
      if (held.check) this.#note(task, i, held, next);
    }
  }

  /** A task has taken a lock, tried or not. */
  took(task: Task, lock: LockInstance): void {
    if (lock.life !== undefined) heldIn(lock.life, task);
  }

  /** A dependency that no task of the trace made: anybody may wait there. */
  assume(from: LockClass, to: LockClass, kinds: number): void {
    const want = this.#want(from, to, 0);
    want.kinds |= kinds;
    want.task = "several";
    want.gates = new Set();
    want.rise = Number.NEGATIVE_INFINITY;
    want.overflow = true;
  }

  /** Forgets all. */
  clear(): void {
    this.wantsByClass.clear();
  }

  #want(from: LockClass, to: LockClass, event: number): Want {
    let row = this.wantsByClass.get(from);
    if (row === undefined) {
      row = new Map();
      this.wantsByClass.set(from, row);
    }
    let want = row.get(to);
    if (want === undefined) {
      want = {
        from,
        to,
        kinds: 0,
        task: undefined,
        gates: undefined,
        rise: Number.POSITIVE_INFINITY,
        self: false,
        pairs: new Map(),
        overflow: false,
        event,
        alone: undefined,
      };
      row.set(to, want);
    }
    return want;
  }

  #note(task: Task, at: number, held: HeldLock, next: HeldLock): void {
    const want = this.#want(held.class, next.class, next.event);
    const aloneWith = isAloneWith(next.lock, task)
      ? next.lock
      : isAloneWith(held.lock, task)
        ? held.lock
        : undefined;
    // A lock that nobody else can reach is still waited for by who holds it already.
    if (aloneWith === undefined || held.lock === next.lock) {
      contend(want, task, held.lock, next.lock, kindOf(held.read, next.read), gatesOf(task, at));
      return;
    }
    const life = aloneWith.life;
    if (life?.lastPut === undefined) return;
    const { lock } = held;
    const [wanted, kinds, gates] = [next.lock, kindOf(held.read, next.read), gatesOf(task, at)];
    life.onBroken.push(() => contend(want, task, lock, wanted, kinds, gates));
    want.alone ??= {
      task,
      object: life.name,
      lock: aloneWith.name,
      event: life.lastPut.event,
      wanted: aloneWith === next.lock,
    };
  }
}

/** Locks that a waiting task holds exclusively, other than the one that the dependency is from. */
function gatesOf(task: Task, except: number): LockInstance[] {
  const gates: LockInstance[] = [];
  for (let i = 0; i < task.depth; i++) {
    const { lock, read } = task.held[i] as HeldLock;
    if (i !== except && read === 0 && lock.facts.excludes) gates.push(lock);
  }
  return gates;
}

function contend(
  want: Want,
  task: Task,
  held: LockInstance,
  next: LockInstance,
  kinds: number,
  gates: readonly LockInstance[],
): void {
  want.kinds |= kinds;
  if (want.task !== task) want.task = want.task === undefined ? task : "several";
  if (want.gates === undefined) want.gates = new Set(gates);
  else for (const gate of want.gates) if (!gates.includes(gate)) want.gates.delete(gate);
  const rise =
    held.order === undefined || next.order === undefined ? Number.NEGATIVE_INFINITY : next.order - held.order;
  if (rise < want.rise) want.rise = rise;
  if (held === next) want.self = true;
  if (want.overflow) return;
  const pair = held.id * 2 ** 26 + next.id;
  if (want.pairs.has(pair)) return;
  if (want.pairs.size < MOST_PAIRS) want.pairs.set(pair, [held, next]);
  else want.overflow = true;
}
