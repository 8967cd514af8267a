/** The ways to write the free path. `Device.design` holds the index. */
export const freeDesigns = [
  "lock",
  "kref-assert",
  "helper",
  "helper-strict",
  "list-lock",
  "deferred",
] as const;

/** The name of a free design. */
export type FreeDesign = (typeof freeDesigns)[number];

/** Codes by name, for the places that decide. */
export const DESIGN = {
  LOCK: 0,
  KREF_ASSERT: 1,
  HELPER: 2,
  HELPER_STRICT: 3,
  LIST_LOCK: 4,
  DEFERRED: 5,
} as const;

/**
 * What a driver keeps for the whole life of an object, and gives back in its free callback before the free path proper:
 * nothing but the sg table; a pin, dropped first; a table of its own and a pin, dropped when the device has answered; pages
 * without an sg table. `Device.callback` holds the index.
 */
export const freeCallbacks = ["plain", "unpin-first", "own-table-first", "heap-object"] as const;

/** The name of a free callback. */
export type FreeCallback = (typeof freeCallbacks)[number];

/** Codes by name, for the places that decide. */
export const CALLBACK = { PLAIN: 0, UNPIN_FIRST: 1, OWN_TABLE_FIRST: 2, HEAP_OBJECT: 3 } as const;

/** Whose reservation lock an object uses (condition C1 holds for `own` only). */
export const resvKinds = ["own", "vm-root", "imported"] as const;

/** The name of a kind of reservation. */
export type ResvKind = (typeof resvKinds)[number];

/** Values of the conditions that hold or not. */
export const yesNo = ["yes", "no"] as const;

/** Whether a condition holds. */
export type YesNo = (typeof yesNo)[number];

/** Deliberate faults of the object world. `Device.mutant` holds the index. */
export const drmMutants = [
  "none",
  /** The LRU walk takes its reference by a plain get. */
  "shrinker-plain-get",
  /** The LRU walk locks an object that it holds no reference to. */
  "shrinker-lock-unref",
  /** The driver drops its last reference while it holds the object's lock. */
  "put-under-own-lock",
  /** The driver drops one reference too many. */
  "early-put",
  /** Unlock of a reservation lock forgets to wake. */
  "lost-wakeup",
  /** The assertion of design `kref-assert` as the v15 patch was posted: it calls itself where it means the lock's own. */
  "kref-assert-as-posted",
] as const;

/** The name of a mutant. */
export type DrmMutant = (typeof drmMutants)[number];

/** Codes by name, for the places that misbehave. */
export const MUTANT = {
  NONE: 0,
  SHRINKER_PLAIN_GET: 1,
  SHRINKER_LOCK_UNREF: 2,
  PUT_UNDER_OWN_LOCK: 3,
  EARLY_PUT: 4,
  LOST_WAKEUP: 5,
  KREF_ASSERT_AS_POSTED: 6,
} as const;
