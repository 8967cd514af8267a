import { peek } from "../atomic/index.ts";

/**
 * Who gets a sleeping lock that several tasks want.
 *
 * - `throughput`: whoever is quickest. Nothing bounds how often a waiter is passed by.
 * - `bounded`: whoever is quickest, until the first waiter has been passed by for `BYPASS_MS`; then it gets the lock.
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
  /** Looks at the lock at most. */
  readonly looks: number;
  /** Turns of an empty loop before the first look, about, and the fewest between two; a power of two. */
  readonly pause: number;
  /** Turns before the second look. Each pause after it is half as long. */
  readonly longest: number;
  /** Sections that a holder has in a row before it gives way to a spinner. */
  readonly sections: number;
}

// A spinner that looks all the time takes the lock's line from the holder at each look. Looks far apart leave the holder
// alone, and in all take no longer than the sleep and the wake-up that they may save (some 40 µs).
const spaced: SpinShape = { looks: 24, pause: 1024, longest: 2048, sections: 24 };
const eager: SpinShape = { looks: 20_000, pause: 1, longest: 1, sections: 16 };

const shapes: Readonly<Record<LockPolicy, SpinShape>> = {
  throughput: { ...spaced, sections: 2 ** 30 },
  bounded: spaced,
  spin: eager,
  fifo: spaced,
};

let policy: LockPolicy = "bounded";
let bypass = BYPASS_MS;
let shape = spaced;

/** Sets the policy of every sleeping lock that this thread takes. All threads of a run have to agree. */
export function setLockPolicy(chosen: LockPolicy): void {
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

/** How this thread spins on a lock whose holder runs. */
export function spinShape(): SpinShape {
  return shape;
}

/** Does nothing for so many turns of a loop, a nanosecond or less each. */
export function pause(turns: number): void {
  for (let turn = 0; turn < turns; turn++) peek(0);
}
