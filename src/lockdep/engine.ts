import { type Chain, emptyChain, extended } from "./chains.ts";
import { Classes } from "./classes.ts";
import { addDependencies, checkDeadlock, DEADLOCK, NESTED } from "./dependencies.ts";
import type { Evidence } from "./evidence.ts";
import { contextOf, findHeld, type HeldLock, heldEntry, type LockInstance, type Task } from "./held.ts";
import { markUsage } from "./irq.ts";
import type { Sink } from "./sink.ts";
import { checkWaitContext } from "./wait-context.ts";

/** How a lock is taken. */
export interface Attempt {
  readonly subclass: number;
  readonly read: number;
  readonly trylock: boolean;
  readonly nest: LockInstance | undefined;
  readonly ip: string;
}

/** A plain exclusive acquisition. */
export const plainly: Attempt = { subclass: 0, read: 0, trylock: false, nest: undefined, ip: "" };

/**
 * The stacks of held locks, and what lockdep does when they change. It knows no more than the kernel's does; what
 * exact mode adds is told to `evidence`.
 */
export class Engine {
  readonly classes: Classes = new Classes();
  readonly #sink: Sink;
  readonly #evidence: Evidence | undefined;
  #noLocks = emptyChain();
  dependencies = 0;
  chains = 0;
  hits = 0;
  maxDepth = 0;
  /** The number of the event that is being told. */
  event = 0;

  constructor(sink: Sink, evidence: Evidence | undefined) {
    this.#sink = sink;
    this.#evidence = evidence;
  }

  /** Takes a lock. @kernel kernel/locking/lockdep.c: lock_acquire(), __lock_acquire() */
  acquire(task: Task, lock: LockInstance, how: Attempt): void {
    const own = lock.classes[how.subclass] ?? this.#register(lock, how.subclass);
    const { check } = lock.facts;
    const top = task.depth > 0 ? task.held[task.depth - 1] : undefined;
    if (top !== undefined && how.nest !== undefined && top.class === own) {
      this.#refer(top, lock, 1, [lock]);
      lock.holders++;
      return;
    }
    const next = this.#slot(task);
    next.lock = lock;
    next.class = own;
    next.read = how.read;
    next.trylock = how.trylock;
    next.check = check;
    next.nest = how.nest;
    next.hardirqsOff = !task.hardirqs;
    next.references = 0;
    next.members = undefined;
    next.pins = undefined;
    next.event = this.event;
    next.ip = how.ip;
    if (!how.trylock && check) this.#evidence?.wants(task, next);
    this.#push(task, next);
    lock.holders++;
  }

  #register(lock: LockInstance, subclass: number) {
    const made = this.classes.register(lock.key, lock.className, subclass, lock.facts);
    lock.classes[subclass] = made;
    return made;
  }

  /** The entry above the top, which may have been used before. */
  #slot(task: Task): HeldLock {
    const known = task.held[task.depth];
    if (known !== undefined) return known;
    const made = { below: this.#noLocks, chain: this.#noLocks } as HeldLock;
    task.held[task.depth] = made;
    return made;
  }

  /** One more of a class on top, nested in the same lock: counted, not checked. */
  #refer(top: HeldLock, lock: LockInstance, references: number, members: readonly LockInstance[]): void {
    top.members ??= [top.lock];
    top.references = Math.max(1, top.references) + Math.max(1, references);
    top.members.push(...(members.length > 0 ? members : [lock]));
  }

  /** Checks the entry above the top and makes it the top. */
  #push(task: Task, next: HeldLock): void {
    const sink = this.#sink;
    next.context = contextOf(task);
    checkWaitContext(sink, task, next);
    if (sink.stopped) return;
    markUsage(sink, task, next);
    if (sink.stopped) return;
    const top = task.depth > 0 ? task.held[task.depth - 1] : undefined;
    // Chains start anew in an interrupt. @kernel kernel/locking/lockdep.c: separate_irq_context()
    const isHead = top === undefined || top.context !== next.context;
    next.below = top === undefined ? this.#noLocks : top.chain;
    next.chain = extended(isHead ? this.#noLocks : next.below, next.class.id, next.read);
    if (next.nest !== undefined && heldEntry(task, next.nest) === undefined) {
      sink.report(task, {
        kind: "nest-not-held",
        classes: [next.class.name],
        message: `${task.name} takes ${next.class.name} as nested in ${next.nest.className}, which it does not hold`,
      });
      if (sink.stopped) return;
    }
    if (!next.trylock && next.check) this.#validate(task, next, isHead);
    if (sink.stopped) return;
    task.depth++;
    if (task.depth > this.maxDepth) this.maxDepth = task.depth;
  }

  /** Checks a chain that is new. @kernel kernel/locking/lockdep.c: validate_chain() */
  #validate(task: Task, next: HeldLock, isHead: boolean): void {
    const { chain } = next;
    if (chain.checked) {
      this.hits++;
      return;
    }
    chain.checked = true;
    this.chains++;
    const found = checkDeadlock(this.#sink, task, next);
    if (found === NESTED || this.#sink.stopped || isHead) return;
    // Exact mode goes on after a recursion: a lock of another class that is held too may close a cycle of its own.
    this.dependencies += addDependencies(this.#sink, task, next, found === DEADLOCK);
  }

  /** Gives a lock back. @kernel kernel/locking/lockdep.c: __lock_release() */
  release(task: Task, lock: LockInstance): void {
    const sink = this.#sink;
    const at = findHeld(task, lock);
    if (at < 0) {
      this.notHeld(task, lock, "releases");
      return;
    }
    const entry = task.held[at] as HeldLock;
    if (entry.pins !== undefined && entry.pins.length > 0) {
      sink.report(task, {
        kind: "pinned",
        classes: [entry.class.name],
        message: `${task.name} releases ${entry.class.name}, which is pinned`,
      });
      if (sink.stopped) return;
    }
    this.#forget(entry, lock);
    if (entry.references > 0 && --entry.references > 0) return;
    this.drop(task, at);
  }

  /** Releases what is not held. @kernel kernel/locking/lockdep.c: print_unlock_imbalance_bug() */
  notHeld(task: Task, lock: LockInstance, does: string): void {
    const name = (lock.classes[0] ?? this.#register(lock, 0)).name;
    this.#sink.report(task, {
      kind: "unlock-balance",
      classes: [name],
      message: `${task.name} ${does} ${lock.name === name ? name : `${lock.name} (${name})`}, which it does not hold`,
    });
  }

  #forget(entry: HeldLock, lock: LockInstance): void {
    const { members } = entry;
    if (members === undefined) {
      entry.lock.holders--;
      return;
    }
    const at = Math.max(0, members.indexOf(lock));
    for (const gone of members.splice(at, 1)) gone.holders--;
  }

  /** The lock is gone, whoever holds it. */
  abandon(task: Task, lock: LockInstance): void {
    for (let i = task.depth - 1; i >= 0; i--) {
      const entry = task.held[i] as HeldLock;
      if (entry.lock !== lock && entry.members?.includes(lock) !== true) continue;
      this.#forget(entry, lock);
      if (entry.references > 0 && --entry.references > 0) continue;
      this.drop(task, i);
    }
  }

  /** Takes an entry out of the stack, and those above it again. */
  drop(task: Task, at: number): void {
    const depth = task.depth;
    task.depth = at;
    if (at < depth - 1) this.#reacquire(task, at + 1, depth);
  }

  /** @kernel kernel/locking/lockdep.c: reacquire_held_locks() */
  #reacquire(task: Task, from: number, depth: number): void {
    for (let i = from; i < depth; i++) {
      const entry = task.held[i] as HeldLock;
      const top = task.depth > 0 ? task.held[task.depth - 1] : undefined;
      if (top !== undefined && entry.nest !== undefined && top.class === entry.class) {
        this.#refer(top, entry.lock, entry.references, entry.members ?? []);
        continue;
      }
      // Entries are kept for use: the one that moves down changes places with the one that it moves over.
      if (i !== task.depth) {
        task.held[i] = task.held[task.depth] as HeldLock;
        task.held[task.depth] = entry;
      }
      this.#push(task, entry);
      if (this.#sink.stopped) return;
    }
  }

  /** From writer to reader. @kernel kernel/locking/lockdep.c: __lock_downgrade() */
  downgrade(task: Task, lock: LockInstance, ip: string): void {
    const at = findHeld(task, lock);
    if (at < 0) {
      this.notHeld(task, lock, "downgrades");
      return;
    }
    const entry = task.held[at] as HeldLock;
    if (entry.read !== 0) {
      this.#sink.report(task, {
        kind: "assert-held",
        classes: [entry.class.name],
        message: `${task.name} downgrades ${entry.class.name}, which it holds as a reader`,
      });
      if (this.#sink.stopped) return;
    }
    entry.read = 1;
    entry.ip = ip;
    const depth = task.depth;
    task.depth = at;
    this.#reacquire(task, at, depth);
  }

  /** Forgets classes and dependencies. What is held stays held. @kernel kernel/locking/lockdep.c: lockdep_reset() */
  reset(tasks: Iterable<Task>, locks: Iterable<LockInstance>): void {
    this.classes.clear();
    this.dependencies = 0;
    this.chains = 0;
    this.#noLocks = emptyChain();
    for (const lock of locks) lock.classes.length = 0;
    for (const task of tasks) this.#rebuild(task);
  }

  #rebuild(task: Task): void {
    let chain: Chain = this.#noLocks;
    for (let i = 0; i < task.depth; i++) {
      const entry = task.held[i] as HeldLock;
      const below = i > 0 ? task.held[i - 1] : undefined;
      entry.class = this.#register(entry.lock, entry.class.subclass);
      entry.below = chain;
      if (below === undefined || below.context !== entry.context) chain = this.#noLocks;
      chain = extended(chain, entry.class.id, entry.read);
      entry.chain = chain;
    }
  }
}
