import type { TraceEvent } from "../record/lock-trace.ts";
import type { Engine } from "./engine.ts";
import { heldEntry, type LockInstance, type Task } from "./held.ts";
import { type Sink, viewOfHeld } from "./sink.ts";
import type { World } from "./world.ts";

type Assertion = NonNullable<Extract<TraceEvent, { op: "assert" }>["how"]>;

const nameOf = (lock: LockInstance): string => lock.classes[0]?.name ?? lock.className;

const wrongly: Readonly<Record<Assertion, string>> = {
  held: "held",
  write: "held for writing",
  read: "held for reading",
  "not-held": "not held",
};

/** An assertion about a lock. @kernel include/linux/lockdep.h: lockdep_assert_held() and its kin; lockdep.c: lock_is_held_type() */
export function checkAssertion(sink: Sink, task: Task, lock: LockInstance, how: Assertion): void {
  const entry = heldEntry(task, lock);
  const holds =
    how === "not-held"
      ? entry === undefined
      : entry !== undefined && (how === "held" || (entry.read !== 0) === (how === "read"));
  if (holds) return;
  sink.report(task, {
    kind: "assert-held",
    classes: [nameOf(lock)],
    message: `${task.name} asserts that ${lock.name} is ${wrongly[how]}, and it is ${entry === undefined ? "not held" : entry.read === 0 ? "held for writing" : "held for reading"}`,
    ...(entry === undefined ? {} : { wanted: viewOfHeld(task, entry) }),
  });
}

const pinned = (sink: Sink, task: Task, lock: LockInstance, what: string): void =>
  sink.report(task, { kind: "pinned", classes: [nameOf(lock)], message: `${task.name} ${what}` });

/** The lock may not be released until it is unpinned. @kernel kernel/locking/lockdep.c: __lock_pin_lock() */
export function pin(sink: Sink, task: Task, lock: LockInstance, cookie: string | number | undefined): void {
  const entry = heldEntry(task, lock);
  if (entry === undefined) {
    pinned(sink, task, lock, `pins ${lock.name}, which it does not hold`);
    return;
  }
  entry.pins ??= [];
  entry.pins.push(cookie);
}

/** @kernel kernel/locking/lockdep.c: __lock_unpin_lock() */
export function unpin(sink: Sink, task: Task, lock: LockInstance, cookie: string | number | undefined): void {
  const entry = heldEntry(task, lock);
  if (entry === undefined) {
    pinned(sink, task, lock, `unpins ${lock.name}, which it does not hold`);
    return;
  }
  const pins = entry.pins ?? [];
  // Without a cookie any pin will do.
  const at = cookie === undefined ? pins.length - 1 : pins.lastIndexOf(cookie);
  if (at < 0) pinned(sink, task, lock, `unpins ${lock.name} with a cookie that no pin gave`);
  else pins.splice(at, 1);
}

/** Nothing may be held. @kernel kernel/locking/lockdep.c: debug_check_no_locks_held(), lockdep_sys_exit() */
export function checkLeaving(sink: Sink, task: Task, op: "task-exit" | "return-to-user"): void {
  if (task.depth === 0) return;
  const names = [...new Set(task.held.slice(0, task.depth).map((entry) => entry.class.name))];
  sink.report(task, {
    kind: "exit-held",
    classes: names,
    message: `${task.name} ${op === "task-exit" ? "exits" : "returns to user space"} with ${names.join(", ")} held`,
  });
  if (op !== "task-exit") return;
  for (let i = 0; i < task.depth; i++) {
    const entry = task.held[i];
    if (entry !== undefined) for (const lock of entry.members ?? [entry.lock]) lock.holders--;
  }
  task.depth = 0;
}

/**
 * The memory of a lock goes away or is used anew: nobody may hold it. The kernel looks at the current task only; a
 * trace knows them all. @kernel kernel/locking/lockdep.c: debug_check_no_locks_freed()
 */
export function checkFreed(
  sink: Sink,
  world: World,
  engine: Engine,
  lock: LockInstance,
  by: Task | undefined,
): void {
  for (const holder of world.holders(lock)) {
    const task = by ?? holder;
    const entry = heldEntry(holder, lock);
    const name = entry?.class.name ?? nameOf(lock);
    sink.report(task, {
      kind: "freed-held",
      classes: [name],
      message: `${lock.name} (${name}) is freed or initialised while ${holder.name} holds it`,
      ...(entry === undefined ? {} : { wanted: viewOfHeld(holder, entry) }),
    });
    if (sink.stopped) return;
    // Its release will find a new lock, or none.
    engine.abandon(holder, lock);
  }
}
