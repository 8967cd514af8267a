import { EINTR } from "#shared/errno";
import { DONE_FOR_ALL } from "#shared/sync/completion";
import type { Spec } from "../checker.ts";

/** Completions nobody has taken yet, and which tasks have a signal pending, as bits. */
export interface CompletionState {
  readonly done: number;
  readonly signals: number;
}

/** A counter: a wait takes one and waits at zero. Completed for all, it stays so whatever is taken. */
export const completionSpec: Spec<CompletionState> = {
  initial: { done: 0, signals: 0 },
  actions(state, { task, name }) {
    const { done, signals } = state;
    const sticky = done === DONE_FOR_ALL;
    const taken = { ...state, done: sticky ? done : done - 1 };
    switch (name) {
      case "complete":
        return [{ state: { ...state, done: sticky ? done : done + 1 } }];
      case "complete all":
        return [{ state: { ...state, done: DONE_FOR_ALL } }];
      case "wait":
        return done > 0 ? [{ state: taken }] : [];
      case "wait interruptible":
        if (done > 0) return [{ state: taken, result: 0 }];
        return (signals & (1 << task)) === 0 ? [] : [{ state, result: EINTR }];
      case "try":
        return [done > 0 ? { state: taken, result: true } : { state, result: false }];
      case "done":
        return [{ state, result: done !== 0 }];
      case "reinit":
        return [{ state: { ...state, done: 0 } }];
      default:
        return [{ state: { ...state, signals: signals | (1 << Number(name.replace("signal ", ""))) } }];
    }
  },
};
