import { EDEADLK } from "#shared/errno";
import { GFP_DIRECT_RECLAIM, GFP_FS } from "#shared/mm/gfp";
import { EVENT, LOCKED } from "#shared/recorder/events";
import { WAIT_KIND } from "#shared/task";
import type { AcquireEvent, TraceEvent } from "../record/lock-trace.ts";
import { type ChainEvent, eventsOf, locksFor, type NamedChain } from "./chain-events.ts";
import { type LockFacts, RESERVATION_CLASS, type WorldLocks } from "./lock-classes.ts";
import { ObjectLives } from "./object-lives.ts";
import { heldWithoutReference } from "./owned-locks.ts";

/**
 * What tasks recorded, as a lock trace: one chain after the other, as if each had run alone. That is what lockdep needs:
 * it judges orders, not times. Locks keep their names from chain to chain, since all worlds are laid out alike; what
 * other tasks did to an object's references in between shows in the counts that were met, and is told of `(others)`.
 */
export function* traceOf(chains: readonly NamedChain[]): Generator<TraceEvent> {
  const alive = new Set<string>();
  const shared = heldWithoutReference(chains);
  for (const chain of chains) yield* new Segment(chain, alive, shared).events();
}

/** Whether a reservation lock is among the locks: then the kernel has primed its dependencies. @kernel drivers/dma-buf/dma-resv.c: dma_resv_lockdep() */
export function usesReservations(chains: readonly NamedChain[]): boolean {
  return chains.some((chain) => {
    const locks = locksFor(chain);
    return eventsOf(chain).some(
      ({ event, at }) =>
        (event === EVENT.LOCK || event === EVENT.TRYLOCK) && locks.lockAt(at).class === RESERVATION_CLASS,
    );
  });
}

/** One chain on its way into a trace. */
class Segment {
  readonly #chain: NamedChain;
  readonly #task: string;
  readonly #locks: WorldLocks;
  readonly #lives: ObjectLives;
  /** Locks that are held, in the order they were taken. */
  readonly #held: string[] = [];
  /** Acquire contexts that are open, by name, with their classes. */
  readonly #contexts = new Map<string, string>();
  #reclaims = false;

  constructor(chain: NamedChain, alive: Set<string>, shared: ReadonlySet<string>) {
    this.#chain = chain;
    this.#task = chain.task;
    this.#locks = locksFor(chain);
    this.#lives = new ObjectLives(chain.task, this.#locks, alive, shared);
  }

  *events(): Generator<TraceEvent> {
    for (const event of eventsOf(this.#chain)) yield* this.#told(event);
    yield* this.#end();
  }

  *#told(event: ChainEvent): Generator<TraceEvent> {
    const task = this.#task;
    const { at, value } = event;
    switch (event.event) {
      case EVENT.LOCK:
      case EVENT.TRYLOCK:
        yield* this.#acquire(at, value, event.event === EVENT.TRYLOCK);
        return;
      case EVENT.LOCK_FAILED:
        yield* this.#failed(at, value);
        return;
      case EVENT.WAIT:
        yield* this.#waits(at, value);
        return;
      case EVENT.UNLOCK:
        yield* this.#release(yield* this.#lives.lock(at));
        return;
      case EVENT.DOWNGRADE:
        yield { op: "downgrade", task, lock: (yield* this.#lives.lock(at)).name };
        return;
      case EVENT.GET:
      case EVENT.GET_UNLESS_ZERO:
      case EVENT.PUT:
        yield* this.#lives.count(event);
        return;
      case EVENT.ALLOCATE:
        yield* this.#lives.allocated(at);
        return;
      case EVENT.FREE:
        yield* this.#lives.freed(at);
        return;
      case EVENT.RECLAIM:
        this.#reclaims = true;
        yield { op: "reclaim-enter", task };
        return;
      case EVENT.RECLAIM_END:
        this.#reclaims = false;
        yield { op: "reclaim-exit", task };
        return;
      case EVENT.MIGHT_ALLOC:
        yield { op: "alloc", task, gfp: gfpName(value) };
        return;
      default:
        yield* this.#context(event);
    }
  }

  *#context({ event, at, value }: ChainEvent): Generator<TraceEvent> {
    const task = this.#task;
    const ctx = this.#locks.contextAt(at);
    if (event === EVENT.WW_INIT) {
      const ofClass = this.#locks.wwClassAt(value);
      this.#contexts.set(ctx, ofClass);
      yield { op: "ww-init", task, ctx, class: ofClass };
    } else if (event === EVENT.WW_DONE || event === EVENT.WW_FINI) {
      const isEnd = event === EVENT.WW_FINI;
      if (this.#contexts.has(ctx)) yield { op: isEnd ? "ww-fini" : "ww-done", task, ctx };
      if (isEnd) this.#contexts.delete(ctx);
    }
  }

  *#acquire(at: number, how: number, isTry: boolean): Generator<TraceEvent> {
    const lock = yield* this.#lives.lock(at);
    this.#held.push(lock.name);
    yield this.#taken(lock, {
      ...((how & LOCKED.READ) === 0 ? {} : { read: "yes" }),
      ...(isTry ? { try: true } : {}),
      ...((how & LOCKED.IN_CONTEXT) === 0 ? {} : this.#contextFor(lock)),
      ...((how & LOCKED.SLOW) === 0 ? {} : { slow: true }),
    });
  }

  #taken({ name }: LockFacts, how: Partial<AcquireEvent>): AcquireEvent {
    return { op: "acquire", task: this.#task, lock: name, ...how };
  }

  /** The open context that a lock of that class is taken in: the last one opened. */
  #contextFor(lock: LockFacts): { ctx?: string } {
    const fitting = [...this.#contexts].filter(([, ofClass]) => ofClass === lock.class);
    const ctx = (fitting.at(-1) ?? [...this.#contexts].at(-1))?.[0];
    return ctx === undefined ? {} : { ctx };
  }

  /** An attempt that ended without the lock: its dependencies were checked before it waited. */
  *#failed(at: number, error: number): Generator<TraceEvent> {
    const lock = yield* this.#lives.lock(at);
    const context = lock.type === "ww_mutex" ? this.#contextFor(lock) : {};
    if (error === EDEADLK) {
      yield this.#taken(lock, { ...context, result: "EDEADLK" });
      return;
    }
    yield this.#taken(lock, context);
    yield { op: "release", task: this.#task, lock: lock.name };
  }

  /** A wait that did not end. Its dependencies count: they are what it waits in. */
  *#waits(at: number, kind: number): Generator<TraceEvent> {
    const lock = yield* this.#lives.lock(at);
    const context = lock.type === "ww_mutex" ? this.#contextFor(lock) : {};
    if (context.ctx !== undefined) {
      this.#held.push(lock.name);
      yield this.#taken(lock, context);
      return;
    }
    const read = kind === WAIT_KIND.READ ? { read: "yes" as const } : {};
    yield { op: "might-lock", task: this.#task, lock: lock.name, ...read };
  }

  *#release({ name }: LockFacts): Generator<TraceEvent> {
    const held = this.#held.lastIndexOf(name);
    if (held >= 0) this.#held.splice(held, 1);
    yield { op: "release", task: this.#task, lock: name };
  }

  /** The chain may have been cut off: the next one of the task begins with nothing held. */
  *#end(): Generator<TraceEvent> {
    const task = this.#task;
    while (this.#held.length > 0) yield { op: "release", task, lock: this.#held.pop() ?? "" };
    if (this.#reclaims) yield { op: "reclaim-exit", task };
    for (const ctx of this.#contexts.keys()) yield { op: "ww-fini", task, ctx };
  }
}

function gfpName(gfp: number): "kernel" | "nofs" | "nowait" {
  if ((gfp & GFP_DIRECT_RECLAIM) === 0) return "nowait";
  return (gfp & GFP_FS) === 0 ? "nofs" : "kernel";
}
