import type { InitEvent, LockType, WaitType } from "../record/lock-trace.ts";

/** No wait type: an annotation, which is left out of the check. */
export const WAIT_NONE = 0;
/** What a handler that is not threaded may do. */
export const WAIT_SPIN = 2;
/** What may be done where PREEMPT_RT would be preemptible. */
export const WAIT_CONFIG = 3;
/** Whoever may sleep. */
export const WAIT_SLEEP = 4;
/** A task outside of any interrupt. @kernel include/linux/lockdep_types.h: LD_WAIT_MAX */
export const WAIT_MAX = 5;

const numbers: Readonly<Record<WaitType, number>> = {
  free: 1,
  spin: WAIT_SPIN,
  config: WAIT_CONFIG,
  sleep: WAIT_SLEEP,
};

/** What a type of lock implies. */
export interface TypeFacts {
  readonly inner: number;
  readonly outer: number;
  /** Not a lock across CPUs: left out of searches for inversions. @kernel lockdep_types.h: LD_LOCK_PERCPU */
  readonly percpu: boolean;
  /** Dependencies are checked. @kernel include/linux/rcupdate.h: rcu_lock_acquire() passes check = 0 */
  readonly check: boolean;
  /** One task at a time holds it exclusively: annotations and RCU keep nobody out. */
  readonly excludes: boolean;
}

const lock = (inner: number): TypeFacts => ({
  inner,
  outer: inner,
  percpu: false,
  check: true,
  excludes: true,
});
const rcu = (inner: number): TypeFacts => ({
  inner,
  outer: numbers.free,
  percpu: false,
  check: false,
  excludes: false,
});

/**
 * Wait types with PROVE_RAW_LOCK_NESTING. The RCU flavours differ in what PREEMPT_RT lets them do inside.
 * @kernel kernel/rcu/update.c: rcu_lock_map, rcu_bh_lock_map, rcu_sched_lock_map
 */
const facts: Readonly<Record<LockType, TypeFacts>> = {
  raw_spinlock: lock(WAIT_SPIN),
  spinlock: lock(WAIT_CONFIG),
  rwlock: lock(WAIT_CONFIG),
  // Excludes on its own CPU only.
  local_lock: { ...lock(WAIT_CONFIG), percpu: true, excludes: false },
  mutex: lock(WAIT_SLEEP),
  rwsem: lock(WAIT_SLEEP),
  ww_mutex: lock(WAIT_SLEEP),
  rt_mutex: lock(WAIT_SLEEP),
  rcu: rcu(WAIT_CONFIG),
  rcu_bh: rcu(WAIT_CONFIG),
  rcu_sched: rcu(WAIT_SPIN),
  srcu: { ...lock(WAIT_SLEEP), excludes: false },
  map: { ...lock(WAIT_NONE), excludes: false },
};

/** The facts of a lock, with what its `init` overrides. */
export function factsOf(type: LockType, init: Pick<InitEvent, "inner" | "outer" | "novalidate">): TypeFacts {
  const implied = facts[type];
  if (init.inner === undefined && init.outer === undefined && init.novalidate !== true) return implied;
  const inner = init.inner === undefined ? implied.inner : numbers[init.inner];
  // What is not said of the outer type follows the inner one, except for RCU, whose outer type is its own.
  const followed = implied.outer === implied.inner ? inner : implied.outer;
  const outer = init.outer === undefined ? followed : numbers[init.outer];
  return { ...implied, inner, outer, check: implied.check && init.novalidate !== true };
}
