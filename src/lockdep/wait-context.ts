import { contextOf, type HeldLock, type Task } from "./held.ts";
import { type Sink, viewOfHeld } from "./sink.ts";
import { WAIT_CONFIG, WAIT_MAX, WAIT_NONE, WAIT_SLEEP, WAIT_SPIN } from "./wait-type.ts";

/** What the context alone allows. @kernel kernel/locking/lockdep.c: task_wait_context() */
function taskContext({ hardirqDepth, softirqDepth, threaded }: Task): number {
  if (hardirqDepth > 0) return threaded ? WAIT_CONFIG : WAIT_SPIN;
  return softirqDepth > 0 ? WAIT_CONFIG : WAIT_MAX;
}

const words = ["", "free", "spin", "config", "sleep", "anything"];

/**
 * A lock may not wait in a way that the context, or a lock held in it, does not allow.
 * @kernel kernel/locking/lockdep.c: check_wait_context()
 */
export function checkWaitContext(sink: Sink, task: Task, next: HeldLock): void {
  const { inner, outer } = next.class.facts;
  if (inner === WAIT_NONE || next.trylock) return;
  const wanted = outer === WAIT_NONE ? inner : outer;
  let allowed = taskContext(task);
  let by: HeldLock | undefined;
  for (let i = task.depth - 1; i >= 0; i--) {
    const entry = task.held[i] as HeldLock;
    if (entry.context !== next.context) break;
    const has = entry.class.facts.inner;
    // The lowest one of those that forbid it, as a reader would look for it.
    if (has !== WAIT_NONE && has <= allowed) {
      allowed = has;
      by = entry;
    }
  }
  if (wanted <= allowed) return;
  const where = by === undefined ? "its interrupt" : by.class.name;
  sink.report(task, {
    kind: "wait-context",
    classes: [next.class.name, ...(by === undefined ? [] : [by.class.name])],
    message: `${task.name} takes ${next.class.name}, which waits by ${words[wanted]}, inside ${where}, which allows ${words[allowed]}`,
    wanted: viewOfHeld(task, next),
    ...(by === undefined ? {} : { against: viewOfHeld(task, by) }),
  });
}

/**
 * A point that may sleep: not in an interrupt, with interrupts off, or inside of what keeps from sleeping. Spinlocks
 * and RCU do, since this kernel is not PREEMPT_RT. @kernel kernel/sched/core.c: __might_resched(), rcu_sleep_check()
 */
export function checkSleep(sink: Sink, task: Task): void {
  for (let i = task.depth - 1; i >= 0; i--) {
    const entry = task.held[i] as HeldLock;
    const { inner } = entry.class.facts;
    if (inner === WAIT_NONE || inner >= WAIT_SLEEP) continue;
    sink.report(task, {
      kind: "sleep-in-atomic",
      classes: [entry.class.name],
      message: `${task.name} may sleep while it holds ${entry.class.name}`,
      against: viewOfHeld(task, entry),
    });
    return;
  }
  const where =
    contextOf(task) > 0
      ? "in an interrupt"
      : !task.hardirqs
        ? "with hard interrupts off"
        : "with soft interrupts off";
  if (contextOf(task) === 0 && task.hardirqs && task.softirqs) return;
  sink.report(task, { kind: "sleep-in-atomic", classes: [], message: `${task.name} may sleep ${where}` });
}
