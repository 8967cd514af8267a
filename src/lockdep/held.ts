import type { LockdepReport, TracePlace } from "../record/lockdep-record.ts";
import type { Chain } from "./chains.ts";
import type { LockClass } from "./classes.ts";
import type { ObjectLife } from "./lifetimes.ts";
import type { TypeFacts } from "./wait-type.ts";

/** A lock instance, from its `init` to its end. */
export interface LockInstance {
  readonly id: number;
  readonly name: string;
  /** What its class is found by, and called. */
  readonly key: string;
  readonly className: string;
  readonly facts: TypeFacts;
  readonly order: number | undefined;
  /** The classes of its subclasses, once used. */
  readonly classes: (LockClass | undefined)[];
  /** The ww class it was made for. */
  readonly ww: string | undefined;
  /** How often it is held now, by all tasks. */
  holders: number;
  life: ObjectLife | undefined;
}

/** An entry of a task's stack of held locks. @kernel include/linux/lockdep_types.h: struct held_lock */
export interface HeldLock {
  lock: LockInstance;
  class: LockClass;
  /** 0 writer, 1 reader, 2 recursive reader. */
  read: number;
  trylock: boolean;
  check: boolean;
  nest: LockInstance | undefined;
  /** 1: in a softirq, 2: in a hardirq. Chains do not cross from one context to another. */
  context: number;
  hardirqsOff: boolean;
  /** How many locks of the class are held in this entry, nested in one lock; 0 for a plain one. */
  references: number;
  /** The locks behind `references`. */
  members: LockInstance[] | undefined;
  pins: (string | number | undefined)[] | undefined;
  /** The chain below this entry, and with it. */
  below: Chain;
  chain: Chain;
  event: number;
  ip: string;
}

/** A saved flag of an interrupted task. */
export interface Interrupted {
  readonly hard: boolean;
  readonly flag: boolean;
  readonly threaded: boolean;
}

/** A task as lockdep sees it. */
export interface Task {
  readonly name: string;
  /** Entries beyond `depth` are kept to be used again. */
  readonly held: HeldLock[];
  depth: number;
  hardirqs: boolean;
  softirqs: boolean;
  hardirqDepth: number;
  softirqDepth: number;
  threaded: boolean;
  readonly interrupted: Interrupted[];
}

/** A task that was not seen before: interrupts are on, nothing is held. */
export function newTask(name: string): Task {
  return {
    name,
    held: [],
    depth: 0,
    hardirqs: true,
    softirqs: true,
    hardirqDepth: 0,
    softirqDepth: 0,
    threaded: true,
    interrupted: [],
  };
}

/** In what a task runs. @kernel kernel/locking/lockdep.c: task_irq_context() */
export function contextOf({ hardirqDepth, softirqDepth }: Task): number {
  return (hardirqDepth > 0 ? 2 : 0) + (softirqDepth > 0 ? 1 : 0);
}

/**
 * Whether an entry is about that lock: by instance, or by class where it counts several that one lock serialises. A
 * lock cannot serialise others of its own class: the entry that they were added to is then its own, and nests in
 * nothing. @kernel kernel/locking/lockdep.c: match_held_lock()
 */
export function matches(entry: HeldLock, lock: LockInstance): boolean {
  if (entry.lock === lock) return true;
  return entry.references > 0 && entry.nest !== undefined && lock.classes[0] === entry.class;
}

/** The entry of a lock, whatever context took it. @kernel kernel/locking/lockdep.c: __lock_is_held() */
export function heldEntry(task: Task, lock: LockInstance): HeldLock | undefined {
  for (let i = 0; i < task.depth; i++) {
    const entry = task.held[i] as HeldLock;
    if (matches(entry, lock)) return entry;
  }
  return undefined;
}

/** Where an entry is in the stack, within the context of the topmost; -1 if nowhere. @kernel kernel/locking/lockdep.c: find_held_lock() */
export function findHeld(task: Task, lock: LockInstance): number {
  for (let i = task.depth - 1; i >= 0; i--) {
    const entry = task.held[i] as HeldLock;
    if (i < task.depth - 1 && entry.context !== (task.held[i + 1] as HeldLock).context) return -1;
    if (matches(entry, lock)) return i;
  }
  return -1;
}

/** Where an entry was taken. */
export function placeOf(task: Task, { event, ip }: HeldLock): TracePlace {
  return { event, task: task.name, ip };
}

/** A report before it has its number. */
export type Finding = Omit<LockdepReport, "event" | "line" | "held" | "task" | "chain" | "path"> &
  Partial<Pick<LockdepReport, "chain" | "path">> & {
    /** Classes whose cycle this is: what exact mode judges. */
    readonly cycle?: readonly LockClass[];
  };
