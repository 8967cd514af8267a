import type { AcquireEvent, TraceEvent } from "../record/lock-trace.ts";
import { ContextOperations } from "./context-operations.ts";
import { type Engine, plainly } from "./engine.ts";
import type { Evidence } from "./evidence.ts";
import { heldEntry, type LockInstance, type Task } from "./held.ts";
import { checkAssertion, checkFreed, checkLeaving, pin, unpin } from "./held-checks.ts";
import { InterruptOperations } from "./interrupts.ts";
import type { Lifetimes, ObjectLife } from "./lifetimes.ts";
import type { Sink } from "./sink.ts";
import { checkSleep } from "./wait-context.ts";
import type { World } from "./world.ts";

/** How the engine counts readers. */
const readOf = { no: 0, yes: 1, recursive: 2 } as const;

/** What each op of the format does. */
export class Operations {
  readonly #sink: Sink;
  readonly #world: World;
  readonly #engine: Engine;
  readonly #evidence: Evidence | undefined;
  readonly #lifetimes: Lifetimes;
  readonly #contexts: ContextOperations;
  readonly #interrupts: InterruptOperations;

  constructor(
    sink: Sink,
    world: World,
    engine: Engine,
    evidence: Evidence | undefined,
    lifetimes: Lifetimes,
  ) {
    this.#sink = sink;
    this.#world = world;
    this.#engine = engine;
    this.#evidence = evidence;
    this.#lifetimes = lifetimes;
    this.#contexts = new ContextOperations(sink, world, engine);
    this.#interrupts = new InterruptOperations(sink);
  }

  /** Does what the event says was done. */
  apply(event: TraceEvent): void {
    const world = this.#world;
    switch (event.op) {
      case "acquire":
        this.#acquire(event);
        return;
      case "release": {
        const task = world.task(event.task);
        const lock = world.lock(event.lock);
        this.#contexts.released(task, lock);
        this.#engine.release(task, lock);
        return;
      }
      case "contended":
      case "acquired":
        return;
      case "might-lock": {
        const task = world.task(event.task);
        const lock = world.lock(event.lock);
        const how = { ...plainly, subclass: event.subclass ?? 0, read: readOf[event.read ?? "no"] };
        this.#touch(task, lock, how);
        return;
      }
      case "init": {
        const before = world.locks.get(event.lock);
        if (before !== undefined) checkFreed(this.#sink, world, this.#engine, before, undefined);
        world.init(event).life = this.#lifetimes.ofLock(event.lock);
        return;
      }
      case "destroy": {
        const before = world.locks.get(event.lock);
        if (before === undefined) return;
        checkFreed(this.#sink, world, this.#engine, before, undefined);
        world.locks.delete(event.lock);
        return;
      }
      case "downgrade":
        this.#engine.downgrade(world.task(event.task), world.lock(event.lock), String(event.ip ?? ""));
        return;
      case "assert":
        checkAssertion(this.#sink, world.task(event.task), world.lock(event.lock), event.how ?? "held");
        return;
      case "pin":
        pin(this.#sink, world.task(event.task), world.lock(event.lock), event.cookie);
        return;
      case "unpin":
        unpin(this.#sink, world.task(event.task), world.lock(event.lock), event.cookie);
        return;
      case "ww-init":
      case "ww-done":
      case "ww-fini":
        this.#contexts.apply(event);
        return;
      case "reclaim-enter": {
        const task = world.task(event.task);
        this.#engine.acquire(task, world.reclaim, plainly);
        if (!this.#sink.stopped) this.#touch(task, world.notifier, plainly);
        return;
      }
      case "reclaim-exit":
        this.#engine.release(world.task(event.task), world.reclaim);
        return;
      case "alloc":
        this.#alloc(world.task(event.task), event.gfp);
        return;
      case "sleep":
        checkSleep(this.#sink, world.task(event.task));
        return;
      case "task-exit":
      case "return-to-user":
        checkLeaving(this.#sink, world.task(event.task), event.op);
        return;
      case "reset":
        this.#sink.forgetting();
        this.#engine.reset(world.tasks.values(), world.everyLock());
        this.#evidence?.clear();
        return;
      case "object":
      case "get":
      case "put":
      case "get-unless-zero":
      case "free":
        this.#lifetime(event);
        return;
      default:
        this.#interrupts.apply(event, world.task(event.task));
    }
  }

  #acquire(event: AcquireEvent): void {
    const world = this.#world;
    const task = world.task(event.task);
    const lock = world.lock(event.lock);
    const context = event.ctx === undefined ? undefined : this.#contexts.named(event.ctx);
    if (context !== undefined && event.slow === true) {
      this.#contexts.slow(task, context, lock);
      if (this.#sink.stopped) return;
    }
    const nest = context?.map ?? (event.nest === undefined ? undefined : world.lock(event.nest));
    this.#engine.acquire(task, lock, {
      subclass: event.subclass ?? 0,
      read: event.read === undefined ? 0 : readOf[event.read],
      trylock: event.try === true,
      nest,
      ip: event.ip === undefined ? "" : String(event.ip),
    });
    if (this.#sink.stopped) return;
    if (event.result === "EDEADLK") {
      this.#engine.release(task, lock);
      if (context !== undefined && !this.#sink.stopped) this.#contexts.backedOff(task, context, lock);
      return;
    }
    this.#evidence?.took(task, lock);
    if (context !== undefined) this.#contexts.taken(task, context, lock);
  }

  /** Takes a lock and gives it back, for its dependencies. @kernel include/linux/lockdep.h: might_lock() */
  #touch(task: Task, lock: LockInstance, how: typeof plainly): void {
    this.#engine.acquire(task, lock, how);
    if (!this.#sink.stopped) this.#engine.release(task, lock);
  }

  /** @kernel mm/page_alloc.c: fs_reclaim_acquire(), fs_reclaim_release() */
  #alloc(task: Task, gfp: string): void {
    if (gfp === "atomic" || gfp === "nowait") return;
    const { reclaim, notifier } = this.#world;
    if (gfp === "kernel") {
      this.#engine.acquire(task, reclaim, plainly);
      if (this.#sink.stopped) return;
    }
    this.#touch(task, notifier, plainly);
    if (gfp === "kernel" && !this.#sink.stopped) this.#engine.release(task, reclaim);
  }

  #lifetime(event: Extract<TraceEvent, { object: string }>): void {
    const world = this.#world;
    const lifetimes = this.#lifetimes;
    switch (event.op) {
      case "object": {
        const owner = event.task === undefined ? undefined : world.task(event.task);
        const life = lifetimes.create(event.object, event.locks, event.shared === true, owner);
        for (const lock of event.locks) world.lock(lock).life = life;
        return;
      }
      case "get":
        lifetimes.get(event.object, world.task(event.task));
        return;
      case "get-unless-zero":
        if (event.ok) lifetimes.get(event.object, world.task(event.task));
        return;
      case "put":
        lifetimes.put(event.object, world.task(event.task), this.#engine.event, (life) =>
          this.#holdersIn(life),
        );
        return;
      case "free": {
        const life = lifetimes.named(event.object);
        for (const name of life?.locks ?? []) {
          const lock = world.locks.get(name);
          if (lock === undefined) continue;
          checkFreed(this.#sink, world, this.#engine, lock, world.task(event.task));
          world.locks.delete(name);
        }
        lifetimes.free(event.object);
      }
    }
  }

  #holdersIn(life: ObjectLife): Set<Task> {
    const holders = new Set<Task>();
    for (const name of life.locks) {
      const lock = this.#world.locks.get(name);
      for (const task of lock === undefined ? [] : this.#world.holders(lock))
        if (lock !== undefined && heldEntry(task, lock) !== undefined) holders.add(task);
    }
    return holders;
  }
}
