import type { LockInstance, Task } from "./held.ts";

/** An object of the trace, from `object` to `free`. */
export interface ObjectLife {
  readonly name: string;
  readonly locks: ReadonlySet<string>;
  /** Its lock is reached through others too: a count of zero keeps nobody away from it. */
  readonly shared: boolean;
  /** Whether the first reference has an owner, so that every reference has one. */
  readonly owned: boolean;
  references: number;
  /** References taken less references dropped, a task. */
  readonly balance: Map<Task, number>;
  /** Tasks that held its lock without a reference of their own, and the balance that each has to fall below. */
  readonly debts: Map<Task, number>;
  /** Who took the last reference, and when. */
  lastPut: { readonly task: Task; readonly event: number } | undefined;
  /** The rule that a holder owns a reference was seen broken: the count says nothing about the lock. */
  broken: boolean;
  /** Called when it breaks. */
  readonly onBroken: (() => void)[];
}

/** What the trace says about the life of objects. Kernel mode has no use for it but `free`. */
export class Lifetimes {
  readonly #byName = new Map<string, ObjectLife>();
  readonly #byLock = new Map<string, ObjectLife>();

  /** An object comes to life. */
  create(name: string, locks: readonly string[], shared: boolean, owner: Task | undefined): ObjectLife {
    const life: ObjectLife = {
      name,
      locks: new Set(locks),
      shared,
      owned: owner !== undefined,
      references: 1,
      balance: new Map(owner === undefined ? [] : [[owner, 1]]),
      debts: new Map(),
      lastPut: undefined,
      broken: false,
      onBroken: [],
    };
    this.#byName.set(name, life);
    for (const lock of locks) this.#byLock.set(lock, life);
    return life;
  }

  /** The object of that name. */
  named(name: string): ObjectLife | undefined {
    return this.#byName.get(name);
  }

  /** The object that a lock of that name lives in. */
  ofLock(lock: string): ObjectLife | undefined {
    return this.#byLock.get(lock);
  }

  /** One reference more. */
  get(name: string, task: Task): void {
    const life = this.#byName.get(name);
    if (life === undefined) return;
    // From zero: somebody reached it, so somebody can reach its lock.
    if (life.references <= 0) breakRule(life);
    life.references++;
    life.balance.set(task, (life.balance.get(task) ?? 0) + 1);
  }

  /** One reference less. `holdsLock`: the task holds a lock of the object. */
  put(name: string, task: Task, event: number, holders: (life: ObjectLife) => ReadonlySet<Task>): void {
    const life = this.#byName.get(name);
    if (life === undefined) return;
    const left = (life.balance.get(task) ?? 0) - 1;
    life.balance.set(task, left);
    life.references--;
    const holding = holders(life);
    const debt = life.debts.get(task);
    if (holding.has(task)) {
      if (left <= 0) life.debts.set(task, left);
    } else if (debt !== undefined && left < debt) life.debts.delete(task);
    if (life.references > 0) return;
    if (life.references < 0) {
      breakRule(life);
      return;
    }
    life.lastPut = { task, event };
    const others = [...holding, ...(life.owned ? life.debts.keys() : [])].some((other) => other !== task);
    if (others) breakRule(life);
  }

  /** The memory is returned. */
  free(name: string): void {
    const life = this.#byName.get(name);
    if (life === undefined) return;
    this.#byName.delete(name);
    for (const lock of life.locks) if (this.#byLock.get(lock) === life) this.#byLock.delete(lock);
  }
}

function breakRule(life: ObjectLife): void {
  life.broken = true;
  for (const tell of life.onBroken.splice(0)) tell();
}

/**
 * A task takes a lock that lives in an object. It has to own a reference for the whole hold: one that it took, or one
 * that it was handed and will drop later. Whether it was handed one shows when it drops more than it took.
 */
export function heldIn(life: ObjectLife, task: Task): void {
  if (life.lastPut !== undefined) {
    if (life.lastPut.task !== task) breakRule(life);
    return;
  }
  const balance = life.balance.get(task) ?? 0;
  if (balance <= 0 && !life.debts.has(task)) life.debts.set(task, balance);
}

/** Whether `task` is the only one that can reach the lock: it took the last reference, and nothing speaks against it. */
export function isAloneWith(lock: LockInstance, task: Task): boolean {
  const { life } = lock;
  return (
    life !== undefined &&
    !life.shared &&
    !life.broken &&
    life.lastPut !== undefined &&
    life.lastPut.task === task
  );
}
