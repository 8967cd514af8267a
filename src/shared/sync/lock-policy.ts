/**
 * Who gets a sleeping lock that several tasks want.
 *
 * - `throughput`: whoever is quickest. Nothing bounds how often a waiter is passed by.
 * - `bounded`: whoever is quickest, until it has passed a spinning task by for so many sections, or the first sleeper has
 *   been passed by for `BYPASS_MS`; then that one gets the lock. With more tasks than cores, who is far ahead of another that
 *   wants the lock too sleeps a little.
 * - `spin`: as `bounded`, and waiters look all the time before they sleep: a short tail, for a core that does nothing else.
 * - `fifo`: in the order of the queue. Each hand-over to a sleeper costs a wake-up.
 */
export const lockPolicies = ["throughput", "bounded", "spin", "fifo"] as const;
/** One of `lockPolicies`. */
export type LockPolicy = (typeof lockPolicies)[number];

/** Milliseconds that the first waiter lets others barge past it before it asks for a hand-over. */
const BYPASS_MS = 1;

/** How a task spins on a lock before it queues. */
export interface SpinShape {
  /** Turns of an empty loop in all, half a nanosecond or so each. */
  readonly turns: number;
  /** Turns before a look. */
  readonly pause: number;
  /** Turns before a look where the holder keeps coming back and so will say when it gives way. */
  readonly longest: number;
  /** Whether the task waits so long to be told, and leaves the lock alone till then. */
  readonly waitsToBeTold: boolean;
  /** Sections that a holder has in a row before it gives way to a spinner. */
  readonly sections: number;
}

// Each look takes the lock's line from the holder. Looks far apart leave the holder alone, and in all take no longer than
// the sleep and the wake-up that they may save (some 40 µs).
const spaced: SpinShape = { turns: 65_536, pause: 512, longest: 16_384, waitsToBeTold: true, sections: 32 };
const eager: SpinShape = { turns: 20_000, pause: 1, longest: 128, waitsToBeTold: false, sections: 16 };

const shapes: Readonly<Record<LockPolicy, SpinShape>> = {
  throughput: { ...spaced, sections: 2 ** 30 },
  bounded: spaced,
  spin: eager,
  fifo: spaced,
};

let policy: LockPolicy = "bounded";
let bypass = BYPASS_MS;
let shape = spaced;
let cores = Number.POSITIVE_INFINITY;

/**
 * Sets the policy of every sleeping lock that this thread takes, and how many cores the tasks share. All threads of a run
 * have to agree.
 */
export function setLockPolicy(chosen: LockPolicy, coreCount: number = Number.POSITIVE_INFINITY): void {
  cores = coreCount;
  policy = chosen;
  bypass = chosen === "throughput" ? Number.POSITIVE_INFINITY : chosen === "fifo" ? 0 : BYPASS_MS;
  shape = shapes[chosen];
}

/** True where nobody may pass a waiter by. */
export function isStrict(): boolean {
  return policy === "fifo";
}

/** Milliseconds that the first waiter is patient. */
export function bypassMs(): number {
  return bypass;
}

/** True where a task that is far ahead of another leaves it a core. */
export function sharesCores(): boolean {
  return policy === "bounded";
}

/** Cores that the tasks of this run share. */
export function coresOfRun(): number {
  return cores;
}

/** How this thread spins on a lock whose holder runs. */
export function spinShape(): SpinShape {
  return shape;
}
