import type { Spec } from "../checker.ts";

/** Who queues, in order; who was woken since it joined, as bits; and whether what is waited for has happened. */
export interface WaitQueueState {
  readonly queue: readonly number[];
  readonly woken: number;
  readonly happened: boolean;
}

/**
 * A queue of tasks: waking takes them off in order, and a task that has joined sleeps until it is taken off.
 * `await` and `happen` are what the queue is for: waiting for a condition, by the queue.
 */
export const waitQueueSpec: Spec<WaitQueueState> = {
  initial: { queue: [], woken: 0, happened: false },
  actions(state, { task, name }) {
    const { queue, woken } = state;
    const me = 1 << task;
    switch (name) {
      case "prepare":
        return [{ state: { ...state, queue: [...queue, task], woken: woken & ~me } }];
      case "sleep":
        return (woken & me) === 0 ? [] : [{ state }];
      case "finish":
        return [{ state: { ...state, queue: queue.filter((waiter) => waiter !== task) } }];
      case "await":
        return state.happened ? [{ state }] : [];
      case "happen":
        return [{ state: { ...state, happened: true } }];
      default: {
        const first = queue.slice(0, Number(name.replace("wake ", "")));
        const bits = first.reduce((all, waiter) => all | (1 << waiter), woken);
        return [{ state: { ...state, queue: queue.slice(first.length), woken: bits }, result: first.length }];
      }
    }
  },
};
