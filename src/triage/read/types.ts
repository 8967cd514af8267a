/** What a report is about. Those of lockdep have the names that the lock trace format has for them. */
export const reportKinds = [
  "recursive-locking",
  "circular",
  "irq-order",
  "irq-inversion",
  "inconsistent-state",
  "wait-context",
  "unlock-balance",
  "freed-held",
  "exit-held",
  "nest-not-held",
  "assert-held",
  "pinned",
  "ww",
  "sleep-in-atomic",
  "rcu-usage",
  "rcu-stall",
  "refcount",
  "kasan",
  "ubsan",
  "hung-task",
  "oops",
  "lockdep-off",
  /** A WARNING at a file and line that is none of the above, as far as its text tells. */
  "warning",
] as const;

/** One of the kinds above. */
export type ReportKind = (typeof reportKinds)[number];

/** A task as reports name it: `comm/pid`. */
export interface LogTask {
  comm: string;
  pid: number;
}

/** A lock as a report prints it. @kernel kernel/locking/lockdep.c: print_lock(), print_lock_name() */
export interface LockMention {
  /** As printed, with the `/N` of a subclass and the `#N` of a name that several classes have. */
  class: string;
  /** Null where none is printed, or one that is hidden: `(____ptrval____)`. */
  address: string | null;
  /** The usage characters, `+.+.`: four, or six before 4.14. */
  usage: string | null;
  waitType: { outer: number; inner: number } | null;
  /** True for a lock taken for reading, where the report tells (`-R`, or `rlock()` in the scenario). */
  readState: boolean | null;
  /** The function behind "at:". */
  at: string | null;
}

/** A line of a list of held locks; `#0` was taken first. */
export interface HeldLock extends LockMention {
  index: number;
}

/** One line of a stack. */
export interface Frame {
  function: string;
  /** `0x12/0x34`; null where the frame was decoded or inlined and has none. */
  offset: string | null;
  module: string | null;
  /** False for "? function": an address found on the stack that need not be a caller. */
  reliable: boolean;
  inlined: boolean;
}

/** One `-> #N` of the existing dependency chain, with the stack that made the dependency. */
export interface ChainEntry {
  index: number;
  lock: LockMention;
  stack: Frame[];
  read: boolean | null;
}

/** A task that is not the reporting one: another hung task, or one of "Showing all locks held in the system". */
export interface OtherTask {
  task: LogTask;
  heldCount: number | null;
  held: HeldLock[];
  stack: Frame[];
}

/** One row of the table under "Possible unsafe locking scenario". */
export interface ScenarioRow {
  cpu: number;
  text: string;
  lock: string | null;
  /** `lock`, `rlock`, `sync`, `local_irq_disable`, `interrupt`. */
  op: string;
  /** True for what runs in the interrupt, that is below `<Interrupt>`. */
  interrupt: boolean;
}

/** The table under "Possible unsafe locking scenario". */
export interface Scenario {
  kind: "cpu" | "recursive" | "irq";
  rows: ScenarioRow[];
  /** False where the excerpt ends before "*** DEADLOCK ***". */
  ended: boolean;
  /** "May be due to missing lock nesting notation" follows it. */
  nestingHint: boolean;
}

/** One stack of a use of a lock: the `IN-HARDIRQ-W at:` blocks. */
export interface LockUsage {
  class: string | null;
  state: string;
  stack: Frame[];
}

/** What the reports about interrupts say beside the locks. */
export interface IrqInfo {
  context: "hardirq" | "softirq" | "reclaim" | null;
  /** `inconsistent {HARDIRQ-ON-W} -> {IN-HARDIRQ-W} usage.` */
  states: { from: string; to: string } | null;
  safe: LockMention | null;
  unsafe: LockMention | null;
  safeStack: Frame[];
  unsafeStack: Frame[];
  /** irq-inversion: the lock that is named beside the one whose state changed. */
  other: LockMention | null;
  /** irq-order: "which would create a new lock dependency". */
  newDependency: { from: LockMention; to: LockMention } | null;
  usages: LockUsage[];
}

/** A stack beside the main one: where memory was allocated and freed, what another CPU did. */
export interface NamedStack {
  title: string;
  frames: Frame[];
}

/** One report of a kernel log, decoded as far as it is there. */
export interface LogReport {
  kind: ReportKind;
  /** First and last line of the file that belong to it, from 1. */
  lines: { first: number; last: number };
  /** The message line, prefix removed. */
  title: string;
  /** As `uname -r` prints it. */
  kernel: string | null;
  task: LogTask | null;
  /** The lock of "is trying to acquire lock:", or the one that is released, freed, left held, changed. */
  wanted: LockMention | null;
  holding: LockMention | null;
  /** As printed: the highest number first. */
  chain: ChainEntry[];
  /** The highest number and one, as printed, even if entries are cut off. */
  chainLength: number | null;
  /** The classes of "Chain exists of:", which names three at most. */
  chainExists: string[];
  held: HeldLock[];
  /** What "N locks held by" says; 0 for "no locks held by". */
  heldCount: number | null;
  otherTasks: OtherTask[];
  scenario: Scenario | null;
  irq: IrqInfo | null;
  /** `context-{5:5}` of a wait context report. */
  contextWait: { outer: number | null; inner: number | null } | null;
  refcount: "addition-on-zero" | "underflow" | "saturated" | "decrement-to-zero" | null;
  /** For how long the task hangs. */
  seconds: number | null;
  /** Hung tasks of newer kernels: "is blocked on a mutex likely owned by task". */
  blockedOn: { lock: string; owner: LogTask | null } | null;
  /** Where a warning fired, or what touched memory it may not. */
  where: { function: string | null; file: string | null; line: number | null } | null;
  stack: Frame[];
  otherStacks: NamedStack[];
  /** "INFO: lockdep is turned off": what is held is not known then. */
  lockdepOff: boolean;
  /** What a whole report of this kind has and this one has not, in words. */
  missing: string[];
  complete: boolean;
}
