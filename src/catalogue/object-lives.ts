import { EVENT } from "#shared/recorder/events";
import type { TraceEvent } from "../record/lock-trace.ts";
import type { ChainEvent } from "./chain-events.ts";
import { isCounted, type LockFacts, type WorldLocks } from "./lock-classes.ts";
import type { WorldObject } from "./world-objects.ts";

/** Stands for all tasks but the one whose chain is told. */
export const OTHERS = "(others)";

/** Counts beyond this are no counts: a saturated counter, or the poison of freed memory. */
const PLAUSIBLE = 4096;

/** The lives of locks and objects in one chain, as far as they bear on locks. */
export class ObjectLives {
  readonly #task: string;
  readonly #locks: WorldLocks;
  /** Locks that were initialised in the trace and not destroyed. */
  readonly #alive: Set<string>;
  /** Structs whose locks are reached without a reference. */
  readonly #shared: ReadonlySet<string>;
  /** References of each object as the trace has them. */
  readonly #counts = new Map<WorldObject, number>();
  readonly #freed = new Set<WorldObject>();

  constructor(task: string, locks: WorldLocks, alive: Set<string>, shared: ReadonlySet<string>) {
    this.#task = task;
    this.#locks = locks;
    this.#alive = alive;
    this.#shared = shared;
  }

  /** The lock at a word; it and the object around it come to life first, where they have not. */
  *lock(at: number): Generator<TraceEvent, LockFacts> {
    const lock = this.#locks.lockAt(at);
    yield* this.#object(lock.object, OTHERS);
    yield* this.#init(lock);
    return lock;
  }

  /** The task has made an object: it owns the first reference. */
  *allocated(at: number): Generator<TraceEvent> {
    const object = this.#locks.objectAt(at);
    if (object !== undefined) yield* this.#object(object, this.#task);
  }

  /** The task took or dropped a reference. What it met says what others have done since. */
  *count({ event, at, value }: ChainEvent): Generator<TraceEvent> {
    const object = this.#locks.countedAt(at);
    if (object === undefined || this.#freed.has(object) || Math.abs(value) > PLAUSIBLE) return;
    yield* this.#object(object, OTHERS);
    const [task, name] = [this.#task, object.name];
    yield* this.#reach(object, value);
    if (event === EVENT.GET_UNLESS_ZERO) {
      yield { op: "get-unless-zero", task, object: name, ok: value !== 0 };
      if (value === 0) return;
    } else yield { op: event === EVENT.GET ? "get" : "put", task, object: name };
    this.#counts.set(object, value + (event === EVENT.PUT ? -1 : 1));
  }

  /** The task has freed an object. */
  *freed(at: number): Generator<TraceEvent> {
    const object = this.#locks.objectAt(at);
    if (object === undefined) return;
    const locks = this.#locks.locksIn(object).filter(({ name }) => this.#alive.delete(name));
    this.#freed.add(object);
    if (this.#counts.delete(object)) yield { op: "free", task: this.#task, object: object.name };
    else for (const { name } of locks) yield { op: "destroy", lock: name };
  }

  *#object(object: WorldObject, owner: string): Generator<TraceEvent> {
    if (!isCounted(object) || this.#counts.has(object) || this.#freed.has(object)) return;
    const locks = this.#locks.locksIn(object);
    for (const lock of locks) yield* this.#init(lock);
    this.#counts.set(object, 1);
    const shared = this.#shared.has(object.layout?.name ?? "") ? { shared: true } : {};
    const names = locks.map(({ name }) => name);
    yield { op: "object", task: owner, object: object.name, locks: names, ...shared };
  }

  *#init({ name, class: ofClass, type }: LockFacts): Generator<TraceEvent> {
    if (this.#alive.has(name)) return;
    this.#alive.add(name);
    yield { op: "init", lock: name, class: ofClass, type };
  }

  /** Others take and drop references until there are `count`. */
  *#reach(object: WorldObject, count: number): Generator<TraceEvent> {
    let now = this.#counts.get(object) ?? 0;
    for (; now < count; now++) yield { op: "get", task: OTHERS, object: object.name };
    for (; now > Math.max(0, count); now--) yield { op: "put", task: OTHERS, object: object.name };
    this.#counts.set(object, now);
  }
}
