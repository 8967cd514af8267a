import type { LockInstance, Task } from "./held.ts";
import type { Sink } from "./sink.ts";

/** An acquire context. @kernel include/linux/ww_mutex.h: struct ww_acquire_ctx */
export interface Context {
  readonly name: string;
  readonly class: string;
  /** The map that is held while the context lives, and that its locks nest in. */
  readonly map: LockInstance;
  /** Locks taken with it that are held. */
  acquired: number;
  done: boolean;
  /** The lock that the context backed off from. */
  contending: LockInstance | undefined;
}

/** A report about the use of a context. */
export function misuse(sink: Sink, task: Task, classes: readonly string[], what: string): void {
  sink.report(task, { kind: "ww", classes, message: `${task.name} ${what}` });
}

/** The slow lock is for the lock that the context backed off from. @kernel include/linux/ww_mutex.h: ww_mutex_lock_slow() */
export function checkSlow(sink: Sink, task: Task, context: Context, lock: LockInstance): void {
  if (context.contending === undefined)
    misuse(
      sink,
      task,
      [lock.className],
      `takes ${lock.className} by the slow path, but was not told to back off`,
    );
}

/** The attempt ended in EDEADLK. @kernel kernel/locking/ww_mutex.h: __ww_mutex_kill() */
export function backOff(sink: Sink, task: Task, context: Context, lock: LockInstance): void {
  if (context.contending !== undefined)
    misuse(
      sink,
      task,
      [lock.className],
      `is told to back off again, before it did from ${context.contending.name}`,
    );
  context.contending = lock;
}

/** The lock was taken with the context. @kernel kernel/locking/ww_mutex.h: ww_mutex_lock_acquired() */
export function acquired(sink: Sink, task: Task, context: Context, lock: LockInstance): void {
  const { contending } = context;
  const classes = [lock.className];
  if (context.done) misuse(sink, task, classes, `takes ${lock.className} after ww_acquire_done()`);
  if (contending !== undefined) {
    if (contending !== lock)
      misuse(sink, task, classes, `takes ${lock.name} after it was told to back off from ${contending.name}`);
    else if (context.acquired > 0)
      misuse(sink, task, classes, `takes ${lock.name} again before it released what it holds`);
    context.contending = undefined;
  }
  if (lock.ww !== context.class)
    misuse(sink, task, classes, `takes ${lock.className} with a context of class ${context.class}`);
  context.acquired++;
}

/** No more locks will be taken. @kernel include/linux/ww_mutex.h: ww_acquire_done() */
export function done(sink: Sink, task: Task, context: Context): void {
  if (context.done)
    misuse(sink, task, [context.map.className], `calls ww_acquire_done() twice on ${context.name}`);
  context.done = true;
}

/** The context ends. @kernel include/linux/ww_mutex.h: ww_acquire_fini() */
export function checkFini(sink: Sink, task: Task, context: Context): void {
  if (context.acquired > 0)
    misuse(sink, task, [context.map.className], `ends ${context.name} with locks held in it`);
}
