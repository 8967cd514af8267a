/** Codes of recorded events, in order. What `object` and `value` of an event mean is said beside each. */
export const eventKinds = [
  "none",
  /** object: lock, value: bits of `LOCKED`. */
  "lock",
  /** object: lock. */
  "unlock",
  /** object: lock, value: 0 not taken, else 1 with the bits of `LOCKED` above it. */
  "trylock",
  /** object: lock or wait queue that the task starts to wait for, value: one of `WAIT_KIND`. */
  "wait",
  /** object: lock, value: negative error number that the wait or attempt ended in. */
  "lock-failed",
  /** object: refcount, value: count before. */
  "get",
  /** object: refcount, value: count before (0: refused). */
  "get-unless-zero",
  /** object: refcount, value: count before. */
  "put",
  /** object: memory, value: words. */
  "allocate",
  /** object: memory, value: words. */
  "free",
  /** object: pool, value: pages asked for. */
  "reclaim",
  /** object: pool, value: pages freed. */
  "reclaim-end",
  /** object: world number. */
  "world",
  /** object: lock, value: task that is told to back off, plus 1. */
  "wound",
  /** object: pool, value: the allocation's gfp mask. A task that reclaims does not announce its allocations. */
  "might-alloc",
  /** object: acquire context, value: its class. */
  "ww-init",
  /** object: acquire context. */
  "ww-done",
  /** object: acquire context. */
  "ww-fini",
  /** object: lock that is held for reading from here on. */
  "downgrade",
] as const;

/** The name of a recorded event. */
export type EventKind = (typeof eventKinds)[number];

/** Codes by name, for the places that record. */
export const EVENT = {
  LOCK: 1,
  UNLOCK: 2,
  TRYLOCK: 3,
  WAIT: 4,
  LOCK_FAILED: 5,
  GET: 6,
  GET_UNLESS_ZERO: 7,
  PUT: 8,
  ALLOCATE: 9,
  FREE: 10,
  RECLAIM: 11,
  RECLAIM_END: 12,
  WORLD: 13,
  WOUND: 14,
  MIGHT_ALLOC: 15,
  WW_INIT: 16,
  WW_DONE: 17,
  WW_FINI: 18,
  DOWNGRADE: 19,
} as const;

/** Bits of the value of `lock` and of a successful `trylock`: it had to wait, and how it was taken. */
export const LOCKED = { WAITED: 1, READ: 2, IN_CONTEXT: 4, SLOW: 8 } as const;

/** Shape of a task's ring: a head (events ever written), then `EVENTS` entries of `WORDS` words: code, object, value. */
export const RING = { HEAD: 0, FIRST: 16, WORDS: 4, EVENTS: 1024 } as const;

/** Words of a task's ring. */
export const RING_WORDS: number = RING.FIRST + RING.EVENTS * RING.WORDS;
