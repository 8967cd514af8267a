import type { LockdepMode } from "./lock-trace.ts";

/** What each kind of lockdep report says, in one phrase. */
export const lockdepKinds = {
  "recursive-locking": "a task takes a lock of a class that it holds",
  circular: "locks are taken in an order that closes a cycle",
  "irq-order": "a lock that interrupts use is held while one is taken that interrupts may interrupt",
  "inconsistent-state": "a lock is used both in an interrupt and where that interrupt may come",
  "wait-context": "a lock is taken where its way of waiting is not allowed",
  "unlock-balance": "a lock is released that is not held",
  "freed-held": "a held lock is freed or initialised",
  "exit-held": "a task leaves with locks held",
  "nest-not-held": "the lock that is said to serialise nested ones is not held",
  "assert-held": "an assertion about a held lock fails",
  pinned: "a pinned lock is released, or pins do not add up",
  "irq-inversion": "a new use in or outside of interrupts closes an inversion",
  ww: "the rules of acquire contexts are broken",
  "sleep-in-atomic": "a task may sleep where it must not",
} as const;
/** A kind of lockdep report. */
export type LockdepKind = keyof typeof lockdepKinds;

/** Whether a report can happen, as exact mode sees it. */
export type ExactVerdict = "cannot-contend" | "gated" | "single-task" | "distinct-instances" | "possible";

/** A place in a trace: the event's number from 1, and what the trace says of the source. */
export interface TracePlace {
  readonly event: number;
  readonly task: string;
  readonly ip: string;
}

/** A dependency of a chain: `to` was taken while `from` was held. */
export interface ChainLink {
  readonly from: string;
  readonly to: string;
  readonly event: number;
  readonly place: TracePlace;
}

/** A class as lockdep prints it: usage characters, outer and inner wait type. */
export interface ClassView {
  readonly name: string;
  readonly usage: string;
  readonly wait: string;
}

/** A lock that is held, or wanted. */
export interface LockView {
  readonly lock: string;
  readonly class: ClassView;
  readonly read: boolean;
  readonly place: TracePlace;
}

/** One report. */
export interface LockdepReport {
  readonly kind: LockdepKind;
  readonly event: number;
  readonly line: number;
  readonly task: string;
  readonly classes: readonly string[];
  readonly chain: readonly ChainLink[];
  readonly message: string;
  verdict?: ExactVerdict;
  reason?: string;
  instances?: "distinct";
  /** The lock that is wanted, released or asserted. */
  readonly wanted?: LockView;
  /** The held lock that is in the way. */
  readonly against?: LockView;
  /** Classes of `chain`, in order. */
  readonly path: readonly ClassView[];
  readonly held: readonly LockView[];
  /** The usage that clashes: `HARDIRQ` or `SOFTIRQ`, and both sides of it. */
  readonly irq?: { readonly state: string; readonly safe: ClassView; readonly unsafe: ClassView };
}

/** What lockdep_stats shows. */
export interface LockdepStats {
  readonly classes: number;
  readonly dependencies: number;
  readonly chains: number;
  readonly chainLookupHits: number;
  readonly maxDepth: number;
  readonly hardirqSafe: number;
  readonly hardirqUnsafe: number;
  readonly softirqSafe: number;
  readonly softirqUnsafe: number;
  readonly searches: number;
  readonly locks: number;
  readonly tasks: number;
}

/** The dependency graph, for drawing. */
export interface LockdepGraph {
  readonly nodes: readonly ClassView[];
  readonly edges: readonly { from: number; to: number; kinds: readonly string[]; event: number }[];
}

/** What the validation of one trace said. */
export interface LockdepRecord {
  readonly file: string;
  readonly name: string;
  readonly mode: LockdepMode;
  readonly events: number;
  readonly classes: number;
  readonly dependencies: number;
  readonly reports: readonly LockdepReport[];
  readonly stats: LockdepStats;
  readonly graph: LockdepGraph;
}

/** Whether a report counts: exact mode leaves out what cannot happen. */
export function counts({ verdict }: LockdepReport): boolean {
  return verdict === undefined || verdict === "possible" || verdict === "single-task";
}
