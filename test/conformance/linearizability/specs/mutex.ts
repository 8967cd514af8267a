import { EINTR } from "#shared/errno";
import type { Outcome, Spec } from "../checker.ts";

/** The holder, or -1; and which tasks have a signal pending, as bits. */
export interface MutexState {
  readonly holder: number;
  readonly signals: number;
}

/** A lock with one owner. An interruptible wait ends with EINTR only while the lock is held and a signal pending. */
export const mutexSpec: Spec<MutexState> = {
  initial: { holder: -1, signals: 0 },
  actions(state, { task, name }) {
    const free = state.holder === -1;
    const taken = (result: unknown): Outcome<MutexState> => ({ state: { ...state, holder: task }, result });
    if (name === "lock") return free ? [taken(undefined)] : [];
    if (name === "trylock") return [free ? taken(true) : { state, result: false }];
    if (name === "unlock") return state.holder === task ? [{ state: { ...state, holder: -1 } }] : [];
    if (name === "lock interruptible") {
      if (free) return [taken(0)];
      return (state.signals & (1 << task)) === 0 ? [] : [{ state, result: EINTR }];
    }
    const signalled = Number(name.replace("signal ", ""));
    return [{ state: { ...state, signals: state.signals | (1 << signalled) } }];
  },
};
