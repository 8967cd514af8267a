import type { TraceEvent } from "../record/lock-trace.ts";
import type { Task } from "./held.ts";
import { markHeldLocks } from "./irq.ts";
import type { Sink } from "./sink.ts";
import { HARDIRQ, SOFTIRQ } from "./usage.ts";

/** Flags and interrupts of a task. */
export class InterruptOperations {
  readonly #sink: Sink;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** The ops that start with hardirq or softirq. */
  apply(
    event: Extract<TraceEvent, { op: `${"hard" | "soft"}irq-${string}` }> | TraceEvent,
    task: Task,
  ): void {
    switch (event.op) {
      case "hardirq-disable":
        task.hardirqs = false;
        return;
      case "softirq-disable":
        task.softirqs = false;
        return;
      case "hardirq-enable":
        this.#enableHard(task);
        return;
      case "softirq-enable":
        this.#enableSoft(task);
        return;
      case "hardirq-enter":
        task.interrupted.push({ hard: true, flag: task.hardirqs, threaded: task.threaded });
        task.hardirqs = false;
        task.hardirqDepth++;
        task.threaded = event.threaded ?? true;
        return;
      case "softirq-enter":
        task.interrupted.push({ hard: false, flag: task.softirqs, threaded: task.threaded });
        task.softirqs = false;
        task.softirqDepth++;
        return;
      case "hardirq-exit":
      case "softirq-exit":
        leave(task, event.op === "hardirq-exit");
    }
  }

  /** @kernel kernel/locking/lockdep.c: lockdep_hardirqs_on_prepare(), __trace_hardirqs_on_caller() */
  #enableHard(task: Task): void {
    if (task.hardirqs) return;
    task.hardirqs = true;
    markHeldLocks(this.#sink, task, HARDIRQ);
    if (task.softirqs && !this.#sink.stopped) markHeldLocks(this.#sink, task, SOFTIRQ);
  }

  /** @kernel kernel/locking/lockdep.c: lockdep_softirqs_on() */
  #enableSoft(task: Task): void {
    if (task.softirqs) return;
    task.softirqs = true;
    if (task.hardirqs) markHeldLocks(this.#sink, task, SOFTIRQ);
  }
}

/** The flag that was saved when the interrupt came is as it was. An exit without an entry changes nothing. */
function leave(task: Task, hard: boolean): void {
  const at = task.interrupted.findLastIndex((saved) => saved.hard === hard);
  const [saved] = at < 0 ? [] : task.interrupted.splice(at, 1);
  if (saved === undefined) return;
  if (hard) {
    task.hardirqs = saved.flag;
    task.hardirqDepth--;
    task.threaded = saved.threaded;
  } else {
    task.softirqs = saved.flag;
    task.softirqDepth--;
  }
}
