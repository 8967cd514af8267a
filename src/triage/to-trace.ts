import type { LockType, TraceEvent } from "../record/lock-trace.ts";
import { LOCK_TRACE_VERSION } from "../record/lock-trace.ts";
import { edgesOf } from "./edges.ts";
import { isRead, type LockNature, natureOf } from "./lock-nature.ts";
import type { LockMention, LogReport } from "./read/types.ts";

const types: Readonly<Record<LockNature, LockType>> = {
  mutex: "mutex",
  // A ww mutex without a context is checked as any mutex; its class is the one that the report prints.
  ww: "mutex",
  rwsem: "rwsem",
  spinlock: "spinlock",
  reclaim: "map",
  context: "map",
  map: "map",
};

/**
 * A report as a lock trace whose validation makes the same report of the same classes. A report that is not lockdep's, or
 * of which too little is there, gives a trace of nothing.
 */
export function traceOf(report: LogReport | undefined, name: string): string {
  const writer = new TraceWriter();
  if (report !== undefined) writer.report(report);
  const header = { format: "lock-trace", version: LOCK_TRACE_VERSION, name };
  return `${[header, ...writer.events].map((line) => JSON.stringify(line)).join("\n")}\n`;
}

class TraceWriter {
  readonly events: TraceEvent[] = [];
  readonly #known = new Map<string, string>();
  #plain = false;

  report(report: LogReport): void {
    const { wanted } = report;
    switch (report.kind) {
      case "circular":
        this.#circular(report);
        break;
      case "recursive-locking":
        this.#recursive(report);
        break;
      case "irq-order":
        this.#irqOrder(report);
        break;
      case "irq-inversion":
        this.#irqInversion(report);
        break;
      case "inconsistent-state":
        this.#inconsistent(report);
        break;
      case "wait-context":
        this.#waitContext(report);
        break;
      default:
        this.#single(report, wanted);
    }
  }

  #circular(report: LogReport): void {
    // Interrupts and wait contexts are not what such a report is about.
    this.#plain = true;
    const edges = edgesOf(report);
    for (const [number, { from, to }] of edges.entries()) {
      const task = number === edges.length - 1 ? taskOf(report) : `path-${number + 1}`;
      this.#acquire(task, from);
      this.#acquire(task, to);
      this.#release(task, to);
      this.#release(task, from);
    }
    if (edges.length > 0 || report.wanted === null || report.holding === null) return;
    // The chain is cut: the two classes that are there, taken the other way round by somebody not shown.
    this.#acquire("not-shown", report.wanted);
    this.#acquire("not-shown", report.holding);
    this.#release("not-shown", report.holding);
    this.#release("not-shown", report.wanted);
    this.#acquire(taskOf(report), report.holding);
    this.#acquire(taskOf(report), report.wanted);
  }

  #recursive(report: LogReport): void {
    this.#plain = true;
    const { wanted, holding } = report;
    if (wanted === null || holding === null) return;
    const same = wanted.address !== null && wanted.address === holding.address;
    this.#acquire(taskOf(report), holding);
    this.#acquire(taskOf(report), wanted, same ? "" : "other ");
  }

  #irqOrder(report: LogReport): void {
    const { irq, wanted, holding } = report;
    const safe = irq?.safe ?? holding;
    const unsafe = irq?.unsafe ?? wanted;
    if (safe === null || unsafe === null || wanted === null || holding === null) return;
    this.#plain = true;
    const task = taskOf(report);
    const soft = irq?.context === "softirq";
    this.#inInterrupt("interrupt", soft, safe);
    this.#acquire("elsewhere", unsafe);
    this.#release("elsewhere", unsafe);
    const disabled = soft ? "softirq-disable" : "hardirq-disable";
    if (safe.class !== holding.class) this.#pair("path-1", disabled, safe, holding);
    if (wanted.class !== unsafe.class) this.#pair("path-2", disabled, wanted, unsafe);
    this.#pair(task, disabled, holding, wanted);
  }

  #irqInversion(report: LogReport): void {
    const { wanted, irq } = report;
    const other = irq?.other ?? null;
    if (wanted === null || other === null) return;
    this.#plain = true;
    const soft = irq?.context === "softirq";
    const disabled = soft ? "softirq-disable" : "hardirq-disable";
    const becomesSafe = /IN-|in (?:hard|soft)irq/i.test(irq?.states?.to ?? "") || !otherWasSafe(report);
    if (becomesSafe) {
      // The lock took an unsafe one in the past, and is now used in an interrupt.
      this.#pair("path-1", disabled, wanted, other);
      this.#acquire("elsewhere", other);
      this.#release("elsewhere", other);
      this.#inInterrupt(taskOf(report), soft, wanted);
    } else {
      // It was taken by a safe one in the past, and is now used where interrupts may come.
      this.#pair("path-1", disabled, other, wanted);
      this.#inInterrupt("interrupt", soft, other);
      this.#acquire(taskOf(report), wanted);
    }
  }

  #inconsistent(report: LogReport): void {
    const { wanted, irq } = report;
    if (wanted === null) return;
    this.#plain = true;
    const soft = irq?.context === "softirq" || /SOFTIRQ/.test(irq?.states?.to ?? "");
    const inFirst = /^IN-/.test(irq?.states?.from ?? "");
    if (inFirst) this.#inInterrupt("interrupt", soft, wanted);
    this.#acquire(inFirst ? taskOf(report) : "elsewhere", wanted);
    this.#release(inFirst ? taskOf(report) : "elsewhere", wanted);
    if (!inFirst) this.#inInterrupt(taskOf(report), soft, wanted);
  }

  #waitContext(report: LogReport): void {
    const { wanted } = report;
    if (wanted === null) return;
    const task = taskOf(report);
    const spin = report.held.find((lock) => natureOf(lock) === "spinlock" && lock.class !== wanted.class);
    const sleeps = natureOf(wanted) !== "spinlock" && spin !== undefined;
    if (sleeps) {
      this.#init(spin, "", "spinlock");
      this.#acquire(task, spin);
      this.#init(wanted, "", "mutex");
      this.#acquire(task, wanted);
      return;
    }
    this.#init(wanted, "", "spinlock");
    this.events.push({ op: "hardirq-enter", task, threaded: false });
    this.#acquire(task, wanted);
  }

  #single(report: LogReport, wanted: LockMention | null): void {
    const task = taskOf(report);
    const lock: LockMention = wanted ?? nobody;
    const name = lock.class;
    switch (report.kind) {
      case "unlock-balance":
        this.#init(lock);
        this.events.push({ op: "release", task, lock: name });
        break;
      case "exit-held":
        for (const held of report.held.length > 0 ? report.held : [lock]) this.#acquire(task, held);
        this.events.push({ op: "return-to-user", task });
        break;
      case "freed-held":
        this.#acquire(task, lock);
        this.events.push({ op: "destroy", lock: name });
        break;
      case "nest-not-held":
        this.#init(lock);
        this.events.push({ op: "acquire", task, lock: name, nest: "the lock that is not held" });
        break;
      case "assert-held":
        this.#init(lock);
        this.events.push({ op: "assert", task, lock: name });
        break;
      case "pinned":
        this.#acquire(task, lock);
        this.events.push({ op: "pin", task, lock: name }, { op: "release", task, lock: name });
        break;
      case "ww":
        this.events.push(
          { op: "ww-init", task, ctx: "ctx", class: name.replace(/_mutex$/, "") },
          { op: "ww-done", task, ctx: "ctx" },
          { op: "ww-done", task, ctx: "ctx" },
        );
        break;
      case "sleep-in-atomic":
        this.#init(lock, "", "spinlock");
        this.events.push({ op: "acquire", task, lock: name }, { op: "sleep", task });
        break;
      default:
    }
  }

  /** Two locks, one inside the other, with the interrupt masked. */
  #pair(
    task: string,
    disabled: "softirq-disable" | "hardirq-disable",
    from: LockMention,
    to: LockMention,
  ): void {
    this.events.push({ op: disabled, task });
    this.#acquire(task, from);
    this.#acquire(task, to);
    this.#release(task, to);
    this.#release(task, from);
    this.events.push({ op: disabled === "softirq-disable" ? "softirq-enable" : "hardirq-enable", task });
  }

  #inInterrupt(task: string, soft: boolean, lock: LockMention): void {
    this.#init(lock);
    this.events.push(soft ? { op: "softirq-enter", task } : { op: "hardirq-enter", task });
    this.#acquire(task, lock);
    this.#release(task, lock);
    this.events.push({ op: soft ? "softirq-exit" : "hardirq-exit", task });
  }

  /** Names an instance of the lock's class. `/N` is a subclass, which is given at each acquisition. */
  #init(lock: LockMention, other = "", type?: LockType): string {
    const { base } = classOf(lock);
    const name = `${other}${base}`;
    if (!this.#known.has(name)) {
      this.#known.set(name, base);
      const nature = natureOf(lock);
      const own = type ?? types[nature];
      this.events.push({
        op: "init",
        lock: name,
        class: base,
        type: type === undefined && this.#plain && own === "spinlock" ? "map" : own,
      });
    }
    return name;
  }

  #acquire(task: string, lock: LockMention, other = ""): void {
    const name = this.#init(lock, other);
    const { subclass } = classOf(lock);
    const read = isRead(lock) === true && types[natureOf(lock)] === "rwsem";
    this.events.push({
      op: "acquire",
      task,
      lock: name,
      ...(subclass > 0 ? { subclass } : {}),
      ...(read ? { read: "yes" as const } : {}),
      ...(lock.at === null ? {} : { ip: lock.at }),
    });
  }

  #release(task: string, lock: LockMention): void {
    this.events.push({ op: "release", task, lock: classOf(lock).base });
  }
}

const nobody: LockMention = {
  class: "a lock that is not shown",
  address: null,
  usage: null,
  waitType: null,
  readState: null,
  at: null,
};

/** `&pipe->mutex/1` is subclass 1 of `&pipe->mutex`. @kernel kernel/locking/lockdep.c: __print_lock_name() */
function classOf({ class: name }: LockMention): { base: string; subclass: number } {
  const [, base = name, subclass] = /^(.+)\/([1-7])$/.exec(name) ?? [];
  return { base, subclass: Number(subclass ?? 0) };
}

/** irq-inversion: "but this lock was taken by another, HARDIRQ-safe lock in the past". */
function otherWasSafe({ irq }: LogReport): boolean {
  return (irq?.safe ?? null) !== null && irq?.safe?.class === irq?.other?.class;
}

function taskOf({ task }: LogReport): string {
  return task === null ? "reporting task" : `${task.comm}/${task.pid}`;
}
