/** The ways to write the free path. `Device.design` holds the index. */
export const freeDesigns = ["lock", "kref-assert", "helper", "deferred"] as const;

/** The name of a free design. */
export type FreeDesign = (typeof freeDesigns)[number];

/** Codes by name, for the places that decide. */
export const DESIGN = { LOCK: 0, KREF_ASSERT: 1, HELPER: 2, DEFERRED: 3 } as const;

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
} as const;
