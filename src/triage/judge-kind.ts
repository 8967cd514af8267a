import type { TriageOutcome, TriageVerdict } from "../record/triage-record.ts";
import { isRead, natureOf, rawNesting } from "./lock-nature.ts";
import { originOf } from "./origin.ts";
import { sameInstance } from "./read/order.ts";
import type { LockMention, LogReport } from "./read/types.ts";
import { withoutAddresses } from "./without-addresses.ts";

/** A verdict that needs no model. */
export interface KindVerdict {
  readonly verdict: TriageVerdict;
  readonly condition: string | null;
  readonly why: string;
  readonly outcomes: readonly TriageOutcome[];
}

const says = (verdict: TriageVerdict, why: string, condition: string | null = null): KindVerdict => ({
  verdict,
  condition,
  why,
  outcomes: [],
});

/**
 * The verdict of a report that is about no cycle of locks of several tasks, or undefined where it is. What such a report
 * says has happened; there is no schedule to search.
 */
export function judgeByKind(report: LogReport, all: readonly LogReport[]): KindVerdict | undefined {
  const fault = faultWithin(report, all);
  if (fault !== undefined)
    return says(
      "unknown",
      `the report itself is interrupted by "${withoutAddresses(fault)}": memory is corrupted, so what it says of locks need not be so`,
    );
  switch (report.kind) {
    case "circular":
      return undefined;
    case "recursive-locking":
      return recursive(report);
    case "irq-order":
      return irqOrder(report);
    case "irq-inversion":
      return irqInversion(report);
    case "inconsistent-state":
      return inconsistent(report);
    case "wait-context":
      return waitContext(report);
    case "hung-task":
      return hungTask(report);
    default:
      return direct[report.kind];
  }
}

const direct: Partial<Record<LogReport["kind"], KindVerdict>> = {
  "unlock-balance": says(
    "real",
    "a lock was released by a task that does not hold it: no schedule is needed",
  ),
  "freed-held": says("real", "memory with a held lock in it was freed or initialised: no schedule is needed"),
  "exit-held": says("real", "a task left the kernel with a lock held: who wants it next waits for ever"),
  "nest-not-held": says("real", "the lock that is said to serialise the nested ones was not held"),
  "assert-held": says("real", "code that needs a lock ran without it: no schedule is needed"),
  pinned: says("real", "a lock that was pinned was released"),
  ww: says("real", "the rules of acquire contexts were broken"),
  "sleep-in-atomic": says("real", "a function that may sleep ran where sleeping is not allowed"),
  "rcu-usage": says(
    "unknown",
    "a pointer was read outside of the read section that its annotation asks for: whether something else protects it is not in the log",
  ),
  "rcu-stall": says(
    "unknown",
    "a CPU or task did not get through a quiescent state: the log shows where it was, not why",
  ),
  refcount: says(
    "unknown",
    "a reference count went wrong, which is a bug of who counts and no order of locks: which path drops one too many is not in the log",
  ),
  kasan: says("unknown", "memory was used that may not be: a bug, and none of lock order"),
  ubsan: says("unknown", "undefined behaviour was met: a bug, and none of lock order"),
  oops: says("unknown", "the kernel faulted: a bug, and nothing here says that it is one of locks"),
  "lockdep-off": says(
    "unknown",
    "lockdep ran out of room and turned itself off: nothing is checked from here on",
  ),
  warning: says("unknown", "a WARN fired whose text does not say what is wrong"),
};

/** What faulted in the middle of the report, in the same task or place. */
function faultWithin(report: LogReport, all: readonly LogReport[]): string | undefined {
  if (report.kind === "oops" || report.complete) return undefined;
  return all.find(
    (other) =>
      (other.kind === "oops" || other.kind === "kasan") &&
      other.lines.first > report.lines.first &&
      other.lines.first <= report.lines.last + 3,
  )?.title;
}

/** One lock twice is a deadlock of one task; two of a class are a question of order, which a model answers. */
function recursive(report: LogReport): KindVerdict | undefined {
  const { wanted, holding } = report;
  if (wanted === null || holding === null)
    return says("unknown", `the two locks are not both here: missing ${report.missing.join(", ")}`);
  if (sameInstance(report) !== true) return undefined;
  const reads = isRead(wanted) === true && isRead(holding) === true;
  if (!reads)
    return says("real", "one task takes the same lock, by its address, that it holds: it waits for itself");
  return says(
    "real",
    "one task reads the same lock, by its address, twice: a writer that queues in between waits for the first read and keeps the second waiting",
    "needs a queued writer",
  );
}

function irqOrder(report: LogReport): KindVerdict {
  const { wanted, holding, irq } = report;
  const safe = irq?.safe ?? holding;
  const sleeps = wanted !== null && maySleep(wanted, report);
  if (holding !== null && natureOf(holding) === "spinlock" && sleeps)
    return says(
      "real",
      `${nameOf(wanted)} may sleep, and is taken with the spinlock ${holding.class} held, which an interrupt takes too`,
    );
  if (!report.complete) return cut(report);
  if (originOf(irq?.unsafeStack ?? []) === "init only")
    return {
      ...says(
        "unknown",
        `${nameOf(irq?.unsafe ?? wanted)} was seen with interrupts on in init or probe only`,
        "an edge from init only",
      ),
      outcomes: [{ fact: `init-only:${nameOf(irq?.unsafe ?? wanted)}`, holds: "spurious", fails: "real" }],
    };
  return says(
    "real",
    `an interrupt that takes ${nameOf(safe)} may come while its CPU holds ${nameOf(irq?.unsafe ?? wanted)} with interrupts on, and another CPU holds the first and waits for the second`,
  );
}

function irqInversion(report: LogReport): KindVerdict {
  if (!report.complete) return cut(report);
  const other = nameOf(report.irq?.other ?? null);
  return says(
    "real",
    `${nameOf(report.wanted)} and ${other} are taken in an order that an interrupt turns round`,
    `needs another CPU that holds ${nameOf(report.wanted)} and waits for ${other} when the interrupt comes`,
  );
}

function inconsistent(report: LogReport): KindVerdict {
  if (!report.complete) return cut(report);
  const { states } = report.irq ?? {};
  return says(
    "real",
    `${nameOf(report.wanted)} is taken in an interrupt${states == null ? "" : ` ({${states.to}})`} and where that interrupt may come: one CPU is enough`,
  );
}

function cut(report: LogReport): KindVerdict {
  return says("unknown", `the excerpt is cut: missing ${report.missing.join(", ")}`);
}

/** A lock in a context that does not allow its way of waiting. @kernel kernel/locking/lockdep.c: check_wait_context() */
function waitContext(report: LogReport): KindVerdict {
  const { wanted } = report;
  if (wanted === null) return cut(report);
  const under = report.held.find((lock) => natureOf(lock) === "spinlock" && lock.class !== wanted.class);
  if (maySleep(wanted, report) && natureOf(wanted, wanted.at) !== "spinlock") {
    const where =
      under === undefined ? "where only spinning is allowed" : `under the spinlock ${under.class}`;
    return says("real", `${wanted.class} may sleep, and is taken ${where}`);
  }
  if (!report.complete) return cut(report);
  return says(
    "real",
    `${wanted.class} is a spinlock that PREEMPT_RT makes sleep, taken where only raw spinlocks may be`,
    "PREEMPT_RT only",
  );
}

/** True for a lock that sleeps on every kernel. @kernel include/linux/lockdep_types.h: LD_WAIT_SLEEP is 4 with PROVE_RAW_LOCK_NESTING, 3 without */
function maySleep(lock: LockMention, report: LogReport): boolean {
  const nature = natureOf(lock);
  if (nature === "spinlock") return false;
  if (nature === "ww" || nature === "rwsem" || nature === "reclaim") return true;
  const inner = lock.waitType?.inner ?? 0;
  return inner >= 4 || (inner === 3 && !rawNesting(report) && !mayNest(report));
}

/** True where the context is given in numbers that leave open which the kernel counts by. */
function mayNest({ contextWait }: LogReport): boolean {
  return contextWait?.inner != null && contextWait.inner < 3;
}

/** Tasks that wait for each other, as far as the list of all held locks tells: the last lock of a blocked task is the one it waits for. */
function hungTask(report: LogReport): KindVerdict {
  const own = report.task === null ? [] : [{ task: report.task, held: report.held, stack: report.stack }];
  const tasks = [...own, ...report.otherTasks].filter(
    ({ held, stack }) => held.length > 0 && stack.some((frame) => WAITING.test(frame.function)),
  );
  const wants = new Map<string, string>();
  for (const { task, held } of tasks) {
    const wanted = held.at(-1);
    if (wanted?.address == null) continue;
    const holder = tasks.find(
      (other) =>
        other.task.pid !== task.pid &&
        other.held.slice(0, -1).some(({ address }) => address === wanted.address),
    );
    if (holder !== undefined) wants.set(String(task.pid), String(holder.task.pid));
  }
  for (const start of wants.keys()) {
    const seen = new Set<string>();
    for (let at: string | undefined = start; at !== undefined; at = wants.get(at)) {
      if (seen.has(at))
        return says(
          "real",
          `tasks ${[...seen].join(", ")} each hold a lock, by its address, that the next waits for`,
        );
      seen.add(at);
    }
  }
  return says(
    "unknown",
    "a task waits for longer than it should: the log does not show a cycle of waits, so whether somebody will ever wake it is open",
  );
}

const WAITING = /mutex_lock|rwsem_down_|down_read|down_write|ww_mutex_lock|rt_mutex/;

const nameOf = (lock: LockMention | null): string => lock?.class ?? "a lock that is not shown";
