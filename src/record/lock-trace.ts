/** The version of lock traces that is written and read. */
export const LOCK_TRACE_VERSION = 1;

/** How a lock is read: not at all, by a reader that writers keep waiting, by one that they do not. */
export const readModes = ["no", "yes", "recursive"] as const;
/** One of `readModes`. */
export type ReadMode = (typeof readModes)[number];

/** Types of locks. */
export const lockTypes = [
  "raw_spinlock",
  "spinlock",
  "rwlock",
  "local_lock",
  "mutex",
  "rwsem",
  "ww_mutex",
  "rt_mutex",
  "rcu",
  "rcu_bh",
  "rcu_sched",
  "srcu",
  "map",
] as const;
/** One of `lockTypes`. */
export type LockType = (typeof lockTypes)[number];

/** What a context allows, or a lock does: nothing, spinning, what PREEMPT_RT makes sleep, sleeping. */
export const waitTypes = ["free", "spin", "config", "sleep"] as const;
/** One of `waitTypes`. */
export type WaitType = (typeof waitTypes)[number];

/** What an assertion says of a lock. */
export const assertions = ["held", "write", "read", "not-held"] as const;
/** What may be allocated how. */
export const gfpMasks = ["kernel", "nofs", "noio", "atomic", "nowait"] as const;
/** Modes of validation: what the kernel says, or also which of it can happen. */
export const lockdepModes = ["kernel", "exact"] as const;
/** One of `lockdepModes`. */
export type LockdepMode = (typeof lockdepModes)[number];
/** Dependencies that the kernel makes at boot. */
export const primings = ["reservation"] as const;

/** The first line of a trace. */
export interface TraceHeader {
  readonly format: "lock-trace";
  readonly version: typeof LOCK_TRACE_VERSION;
  readonly name?: string;
  readonly mode?: LockdepMode;
  readonly prime?: readonly (typeof primings)[number][];
}

interface OnLock {
  readonly task: string;
  readonly lock: string;
}
/** A lock instance comes to life. */
export interface InitEvent {
  readonly op: "init";
  readonly lock: string;
  readonly class: string;
  readonly type: LockType;
  readonly inner?: WaitType;
  readonly outer?: WaitType;
  readonly novalidate?: boolean;
  readonly order?: number;
}
/** A lock was taken, or the attempt ended in a back-off. */
export interface AcquireEvent extends OnLock {
  readonly op: "acquire";
  readonly read?: ReadMode;
  readonly try?: boolean;
  readonly subclass?: number;
  readonly nest?: string;
  readonly ctx?: string;
  readonly slow?: boolean;
  readonly result?: "EDEADLK";
  readonly ip?: string | number;
}
/** Ops that a task does and that need nothing else. */
export const taskOps = [
  "hardirq-disable",
  "hardirq-enable",
  "softirq-disable",
  "softirq-enable",
  "hardirq-exit",
  "softirq-enter",
  "softirq-exit",
  "reclaim-enter",
  "reclaim-exit",
  "sleep",
  "task-exit",
  "return-to-user",
] as const;

/** An event of a trace, as the format's table has them. */
export type TraceEvent =
  | InitEvent
  | { readonly op: "destroy"; readonly lock: string }
  | AcquireEvent
  | ({ readonly op: "contended" | "acquired"; readonly t?: number } & OnLock)
  | ({ readonly op: "release" | "downgrade"; readonly ip?: string | number } & OnLock)
  | ({ readonly op: "assert"; readonly how?: (typeof assertions)[number] } & OnLock)
  | ({ readonly op: "pin" | "unpin"; readonly cookie?: string | number } & OnLock)
  | {
      readonly op: "ww-init";
      readonly task: string;
      readonly ctx: string;
      readonly class: string;
      readonly algorithm?: "wait-die" | "wound-wait";
    }
  | { readonly op: "ww-done" | "ww-fini"; readonly task: string; readonly ctx: string }
  | { readonly op: "hardirq-enter"; readonly task: string; readonly threaded?: boolean }
  | { readonly op: (typeof taskOps)[number]; readonly task: string }
  | { readonly op: "alloc"; readonly task: string; readonly gfp: (typeof gfpMasks)[number] }
  | ({ readonly op: "might-lock"; readonly read?: ReadMode; readonly subclass?: number } & OnLock)
  | { readonly op: "reset" }
  | {
      readonly op: "object";
      readonly task?: string;
      readonly object: string;
      readonly locks: readonly string[];
      readonly shared?: boolean;
    }
  | { readonly op: "get" | "put" | "free"; readonly task: string; readonly object: string }
  | { readonly op: "get-unless-zero"; readonly task: string; readonly object: string; readonly ok: boolean };
