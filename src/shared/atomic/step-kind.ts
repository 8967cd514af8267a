/** What the next step of a task will do; the explorer reads it before the step is taken. */
export const STEP = {
  NONE: 0,
  /** Sequentially consistent load. */
  READ: 1,
  /** Sequentially consistent store. */
  WRITE: 2,
  /** Read-modify-write that always writes (add, or, and, exchange). */
  RMW: 3,
  /** Compare-and-exchange: a read when it fails, a read-modify-write when it succeeds. */
  CAS: 4,
  /** Ordinary load of a word that only one task at a time may touch. */
  PLAIN_READ: 5,
  /** Ordinary store of such a word. */
  PLAIN_WRITE: 6,
  /** Compares the word and, if it is still equal, goes to sleep on it. */
  WAIT: 7,
  /** Asleep: takes no step until somebody notifies the word. */
  ASLEEP: 8,
  /** Wakes sleepers of the word. */
  NOTIFY: 9,
  /** A turn of a spin loop: nothing to do until a word that the loop reads changes. */
  RELAX: 10,
  /** The scenario's own nondeterminism: one of `value` outcomes. */
  CHOOSE: 11,
  /** An object comes to life at the word. */
  ALLOCATE: 12,
  /** An object's memory is returned. */
  FREE: 13,
  /** A load that can only happen while the word equals `expected`. */
  AWAIT_READ: 14,
  /** A compare-and-exchange that can only happen while the word equals `expected`: it never fails. */
  AWAIT_CAS: 15,
  /** READ_ONCE(): a load that is marked as racing, and orders nothing. */
  READ_ONCE: 16,
  /** WRITE_ONCE(): a store that is marked as racing, and orders nothing. */
  WRITE_ONCE: 17,
  /** Freed memory becomes another object. */
  REUSE: 18,
} as const;

/** One of `STEP`. */
export type StepKind = (typeof STEP)[keyof typeof STEP];

/** By kind: 1 if a spin loop may take such a step and still be the same loop: it looks, and changes nothing. */
export const onlyLooks: Uint8Array = new Uint8Array(32);
for (const kind of [STEP.READ, STEP.READ_ONCE, STEP.PLAIN_READ, STEP.CAS, STEP.RELAX]) onlyLooks[kind] = 1;

/** By kind: 1 if the driver has a part in the step (it wakes, it draws, it waits), so that the task always stops there. */
export const needsDriver: Uint8Array = new Uint8Array(32);
for (const kind of [
  STEP.WAIT,
  STEP.ASLEEP,
  STEP.NOTIFY,
  STEP.RELAX,
  STEP.CHOOSE,
  STEP.AWAIT_READ,
  STEP.AWAIT_CAS,
])
  needsDriver[kind] = 1;
