/** Decides an execution: who takes the next step, and how each `choose` comes out. */
export interface Scheduler {
  /** One of `enabled` (task numbers, rising). `running` took the last step; -1 at first. */
  pick(enabled: readonly number[], running: number): number;
  /** 0 to `n` - 1. */
  choose(n: number): number;
}

/** A small seeded generator: `draw(n)` is 0 to n-1. */
export function lots(seed: number): (n: number) => number {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) | 1;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}

/**
 * Random, with a habit that depends on the seed: some seeds switch at every step, others let a task run for
 * long and interrupt it rarely, which is how deep queues and long critical sections come about.
 */
export function randomScheduler(seed: number): Scheduler {
  const draw = lots(seed);
  const patience = [1, 2, 4, 12, 40][draw(5)] ?? 1;
  return {
    pick(enabled, running) {
      if (draw(patience) !== 0 && enabled.includes(running)) return running;
      return enabled[draw(enabled.length)] ?? running;
    },
    choose: draw,
  };
}

/** Follows `order` while it can, then lets the lowest task run. Tasks that cannot go are skipped. */
export function followOrder(order: readonly number[]): Scheduler {
  let at = 0;
  return {
    pick(enabled) {
      while (at < order.length) {
        const task = order[at++];
        if (task !== undefined && enabled.includes(task)) return task;
      }
      return enabled[0] ?? 0;
    },
    choose: () => 0,
  };
}
