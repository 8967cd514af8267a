import { EALREADY, EDEADLK, EINTR } from "#shared/errno";
import type { Outcome, Spec } from "../checker.ts";

/** Locks by name. Tasks are contexts too, and a lower number is an older context. Sets of tasks are bits. */
export interface WwState {
  readonly locks: Readonly<Record<string, WwLock>>;
  readonly wounded: number;
  readonly signals: number;
}

interface WwLock {
  readonly holder: number;
  /** Held in the holder's context, not alone. */
  readonly inContext: boolean;
  /** Contexts that wait. */
  readonly waiting: number;
}

type Outcomes = readonly Outcome<WwState>[];

function withLock(state: WwState, name: string, change: Partial<WwLock>): WwState {
  const locks = { ...state.locks, [name]: { ...lockOf(state, name), ...change } };
  return { ...state, locks };
}

function lockOf({ locks }: WwState, name: string): WwLock {
  const lock = locks[name];
  if (lock === undefined) throw new Error(`no lock ${name}`);
  return lock;
}

function holdsLocks({ locks }: WwState, task: number): boolean {
  return Object.values(locks).some(({ holder, inContext }) => holder === task && inContext);
}

const older = (task: number): number => (1 << task) - 1;

function wound(state: WwState, task: number): WwState {
  return { ...state, wounded: state.wounded | (1 << task) };
}

/**
 * Two algorithms against deadlock among contexts. Wound-wait: an older context that holds locks wounds the younger
 * holder it comes to wait for, or that passes it; a wounded context that waits and holds locks has to back off.
 * Wait-die: a context that holds locks does not wait for an older holder or waiter. @kernel kernel/locking/ww_mutex.h
 */
export function wwSpec(algorithm: "wound-wait" | "wait-die", names: readonly string[]): Spec<WwState> {
  const woundWait = algorithm === "wound-wait";

  function taken(state: WwState, name: string, task: number, result: unknown): Outcome<WwState> {
    const waiting = lockOf(state, name).waiting & ~(1 << task);
    const next = withLock(state, name, { holder: task, inContext: true, waiting });
    const passed = [0, 1, 2].some(
      (one) => (waiting & older(task) & (1 << one)) !== 0 && holdsLocks(state, one),
    );
    return { state: woundWait && passed ? wound(next, task) : next, result };
  }

  function asks(state: WwState, name: string, task: number): WwState {
    const { holder, inContext, waiting } = lockOf(state, name);
    const next = withLock(state, name, { waiting: waiting | (1 << task) });
    return woundWait && holdsLocks(state, task) && inContext && holder > task ? wound(next, holder) : next;
  }

  function mustBackOff(state: WwState, name: string, task: number): boolean {
    if (!holdsLocks(state, task)) return false;
    if (woundWait) return (state.wounded & (1 << task)) !== 0;
    const { holder, inContext, waiting } = lockOf(state, name);
    return (inContext && holder < task) || (waiting & older(task)) !== 0;
  }

  function lock(state: WwState, name: string, task: number, action: number, way: string): Outcomes {
    const { holder, inContext, waiting } = lockOf(state, name);
    const result = way === "slow" ? undefined : 0;
    if (holder === -1) return [taken(state, name, task, result)];
    if (holder === task && inContext) return [{ state, result: EALREADY }];
    if (action === 0) return [{ state: asks(state, name, task), next: 1 }];
    const left = withLock(state, name, { waiting: waiting & ~(1 << task) });
    const outcomes = mustBackOff(state, name, task) ? [{ state: left, result: EDEADLK }] : [];
    const signalled = way === "lock interruptible" && (state.signals & (1 << task)) !== 0;
    return signalled ? [...outcomes, { state: left, result: EINTR }] : outcomes;
  }

  function unlock(state: WwState, name: string, task: number): Outcomes {
    if (lockOf(state, name).holder !== task) return [];
    const next = withLock(state, name, { holder: -1, inContext: false });
    const wounded = holdsLocks(next, task) ? next.wounded : next.wounded & ~(1 << task);
    return [{ state: { ...next, wounded } }];
  }

  const free: WwLock = { holder: -1, inContext: false, waiting: 0 };
  return {
    initial: { locks: Object.fromEntries(names.map((name) => [name, free])), wounded: 0, signals: 0 },
    actions(state, { task, name: call }, action) {
      const [, way = "", name = ""] = /^(.*) (.*)$/.exec(call) ?? [];
      const isFree = way !== "signal" && lockOf(state, name).holder === -1;
      switch (way) {
        case "signal":
          return [{ state: { ...state, signals: state.signals | (1 << Number(name)) } }];
        case "unlock":
          return unlock(state, name, task);
        case "try":
          return [isFree ? taken(state, name, task, true) : { state, result: false }];
        case "alone":
          return isFree ? [{ state: withLock(state, name, { holder: task }), result: 0 }] : [];
        default:
          return lock(state, name, task, action, way);
      }
    },
  };
}
