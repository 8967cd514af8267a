import type { LockType, ReadMode, TraceEvent } from "../../../src/record/lock-trace.ts";
import type { LockdepKind } from "../../../src/record/lockdep-record.ts";

/** A trace with what lockdep has to say about it. */
export interface Case {
  readonly name: string;
  readonly events: readonly TraceEvent[];
  /** The kind of the report, or none. */
  readonly expect: LockdepKind | "none";
}

/** A way to lock: a type of lock, and how it is read. */
export interface Flavour {
  readonly name: string;
  readonly type: LockType;
  readonly read: ReadMode;
}

const flavour = (name: string, type: LockType, read: ReadMode = "no"): Flavour => ({ name, type, read });
/** The flavours that spin. */
export const spinning: readonly Flavour[] = [
  flavour("spin", "spinlock"),
  flavour("wlock", "rwlock"),
  flavour("rlock", "rwlock", "recursive"),
];
/** All flavours. */
export const flavours: readonly Flavour[] = [
  ...spinning,
  flavour("mutex", "mutex"),
  flavour("wsem", "rwsem"),
  flavour("rsem", "rwsem", "yes"),
  flavour("rtmutex", "rt_mutex"),
];

/** `init` of locks of a type, each of a class of its own; `X1 X2` are two of class X. */
export function locks(type: LockType, names: string): TraceEvent[] {
  return names
    .split(" ")
    .map((lock) => ({ op: "init", lock, class: `lock_${lock.replace(/\d$/, "")}`, type }));
}

const reads: Readonly<Record<string, ReadMode>> = { W: "no", R: "recursive", Q: "yes" };
const marks: Readonly<Record<string, (task: string) => TraceEvent[]>> = {
  "hard(": (task) => [{ op: "hardirq-enter", task }],
  ")hard": (task) => [{ op: "hardirq-exit", task }],
  // As the self-test has it: hard interrupts are off while a soft one is served.
  "soft(": (task) => [
    { op: "softirq-disable", task },
    { op: "hardirq-disable", task },
    { op: "softirq-enter", task },
  ],
  ")soft": (task) => [
    { op: "softirq-exit", task },
    { op: "hardirq-enable", task },
    { op: "softirq-enable", task },
  ],
  "hard-": (task) => [{ op: "hardirq-disable", task }],
  "hard+": (task) => [{ op: "hardirq-enable", task }],
  "soft-": (task) => [{ op: "softirq-disable", task }],
  "soft+": (task) => [{ op: "softirq-enable", task }],
};

/**
 * What a task does, as words: `L:A` locks A in the flavour given, `W:A` writes, `R:A` reads and may recurse, `Q:A`
 * reads and queues, `T:A` tries, `U:A` unlocks, `hard(` and `)hard` enter and leave an interrupt, `hard-` and `hard+`
 * mask and unmask.
 */
export function does(task: string, words: string, how: ReadMode = "no"): TraceEvent[] {
  return words.split(" ").flatMap((word): TraceEvent[] => {
    const mark = marks[word];
    if (mark !== undefined) return mark(task);
    const [verb = "", lock = ""] = word.split(":");
    if (verb === "U") return [{ op: "release", task, lock }];
    const read = reads[verb] ?? how;
    const attempt = verb === "T" ? { try: true } : {};
    return [{ op: "acquire", task, lock, ...(read === "no" ? {} : { read }), ...attempt }];
  });
}

/** Two locks nested, and given back. */
export const pair = (words: string): string => {
  const [a, b] = words.split("");
  return `L:${a} L:${b} U:${b} U:${a}`;
};

/** All orders of three things, named by their places. */
export const orders: readonly (readonly number[])[] = [
  [1, 2, 3],
  [1, 3, 2],
  [2, 1, 3],
  [2, 3, 1],
  [3, 1, 2],
  [3, 2, 1],
];
