import type { InitEvent, LockType } from "../record/lock-trace.ts";
import { type LockInstance, newTask, type Task } from "./held.ts";
import { factsOf } from "./wait-type.ts";
import type { Context } from "./ww.ts";

/** The tasks, locks and contexts of a trace, by name. */
export class World {
  #made = 0;
  readonly tasks: Map<string, Task> = new Map();
  readonly locks: Map<string, LockInstance> = new Map();
  readonly contexts: Map<string, Context> = new Map();
  /** Annotations of the memory allocator. @kernel mm/page_alloc.c: __fs_reclaim_map; mm/mmu_notifier.c */
  readonly reclaim: LockInstance = this.make("fs_reclaim", "fs_reclaim", "map");
  readonly notifier: LockInstance = this.make(
    "mmu_notifier_invalidate_range_start",
    "mmu_notifier_invalidate_range_start",
    "map",
  );
  /** A task; the first event that names it is its declaration. */
  task(name: string): Task {
    let task = this.tasks.get(name);
    if (task === undefined) {
      task = newTask(name);
      this.tasks.set(name, task);
    }
    return task;
  }

  /** A lock; one that was never initialised is a mutex of a class of its own. */
  lock(name: string): LockInstance {
    return this.locks.get(name) ?? this.init({ op: "init", lock: name, class: name, type: "mutex" });
  }

  /** A lock comes to life. */
  init(event: InitEvent): LockInstance {
    const lock = this.make(event.lock, event.class, event.type, event);
    this.locks.set(event.lock, lock);
    return lock;
  }

  /** The map of an acquire context. @kernel include/linux/ww_mutex.h: ww_acquire_init() */
  contextMap(name: string, ofClass: string): LockInstance {
    return this.make(name, `${ofClass}_acquire`, "map");
  }

  /** Makes an instance without a name that others could find it by. */
  make(
    name: string,
    ofClass: string,
    type: LockType,
    init: Pick<InitEvent, "inner" | "outer" | "novalidate" | "order"> = {},
  ): LockInstance {
    this.#made++;
    const isWw = type === "ww_mutex";
    // A ww class has two keys of its own, which a lock of the same name does not share.
    const key = isWw ? `ww ${ofClass}` : `${type === "map" ? "map" : "lock"} ${ofClass}`;
    return {
      id: this.#made,
      name,
      key,
      className: isWw ? `${ofClass}_mutex` : ofClass,
      facts: factsOf(type, init),
      order: init.order,
      classes: [],
      ww: isWw ? ofClass : undefined,
      holders: 0,
      life: undefined,
    };
  }

  /** Every lock that may have a class: those with a name, the annotations, and what is held of those gone. */
  everyLock(): Set<LockInstance> {
    const locks = new Set([...this.locks.values(), this.reclaim, this.notifier]);
    for (const { map } of this.contexts.values()) locks.add(map);
    for (const task of this.tasks.values())
      for (const entry of task.held) for (const lock of entry.members ?? [entry.lock]) locks.add(lock);
    return locks;
  }

  /** Tasks that hold the lock. */
  holders(lock: LockInstance): Task[] {
    if (lock.holders <= 0) return [];
    return [...this.tasks.values()].filter((task) => {
      for (let i = 0; i < task.depth; i++) {
        const entry = task.held[i];
        if (entry?.lock === lock || entry?.members?.includes(lock)) return true;
      }
      return false;
    });
  }
}
