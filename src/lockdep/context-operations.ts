import type { TraceEvent } from "../record/lock-trace.ts";
import { type Engine, plainly } from "./engine.ts";
import { heldEntry, type LockInstance, type Task } from "./held.ts";
import { checkFreed } from "./held-checks.ts";
import type { Sink } from "./sink.ts";
import type { World } from "./world.ts";
import { acquired, backOff, type Context, checkFini, checkSlow, done } from "./ww.ts";

/** Contexts that have ended and are still known. */
const MOST_PAST = 1024;

/** Acquire contexts, and the locks that were taken with them. */
export class ContextOperations {
  readonly #sink: Sink;
  readonly #world: World;
  readonly #engine: Engine;
  readonly #past = new Set<string>();
  /** The context that a held lock was taken with. */
  readonly #takenWith = new Map<LockInstance, Context>();

  constructor(sink: Sink, world: World, engine: Engine) {
    this.#sink = sink;
    this.#world = world;
    this.#engine = engine;
  }

  /** The context of that name. One that was never initialised is like one that has ended: its map is not held. */
  named(name: string): Context {
    return this.#world.contexts.get(name) ?? this.#make(name, name);
  }

  #make(name: string, ofClass: string): Context {
    const map = this.#world.contextMap(name, ofClass);
    const made: Context = { name, class: ofClass, map, acquired: 0, done: false, contending: undefined };
    this.#world.contexts.set(name, made);
    return made;
  }

  /** Keeps the last ones that ended, for what is done to them still; a trace may have a name for each. */
  #ended(context: Context): void {
    const { contexts } = this.#world;
    this.#past.delete(context.name);
    this.#past.add(context.name);
    if (this.#past.size <= MOST_PAST) return;
    for (const name of this.#past) {
      this.#past.delete(name);
      if (contexts.get(name)?.map.holders === 0) contexts.delete(name);
      return;
    }
  }

  /** ww-init, ww-done, ww-fini. */
  apply(event: Extract<TraceEvent, { op: "ww-init" | "ww-done" | "ww-fini" }>): void {
    const task = this.#world.task(event.task);
    if (event.op === "ww-init") {
      const before = this.#world.contexts.get(event.ctx);
      if (before !== undefined) checkFreed(this.#sink, this.#world, this.#engine, before.map, task);
      if (!this.#sink.stopped) this.#engine.acquire(task, this.#make(event.ctx, event.class).map, plainly);
      return;
    }
    const context = this.named(event.ctx);
    if (event.op === "ww-fini") {
      checkFini(this.#sink, task, context);
      context.acquired = 0;
      if (!this.#sink.stopped) this.#engine.release(task, context.map);
      this.#ended(context);
      return;
    }
    if (heldEntry(task, context.map) === undefined) {
      this.#sink.report(task, {
        kind: "assert-held",
        classes: [context.map.className],
        message: `${task.name} calls ww_acquire_done() on ${context.name}, which is not its context now`,
      });
      return;
    }
    done(this.#sink, task, context);
  }

  /** The slow path is about to be taken. */
  slow(task: Task, context: Context, lock: LockInstance): void {
    checkSlow(this.#sink, task, context, lock);
  }

  /** An attempt ended in EDEADLK. */
  backedOff(task: Task, context: Context, lock: LockInstance): void {
    backOff(this.#sink, task, context, lock);
  }

  /** A lock was taken with a context. */
  taken(task: Task, context: Context, lock: LockInstance): void {
    acquired(this.#sink, task, context, lock);
    this.#takenWith.set(lock, context);
  }

  /** A lock is released, with or without one. @kernel kernel/locking/mutex.c: __ww_mutex_unlock() */
  released(_task: Task, lock: LockInstance): void {
    const context = this.#takenWith.get(lock);
    if (context === undefined) return;
    this.#takenWith.delete(lock);
    if (context.acquired > 0) context.acquired--;
  }
}
