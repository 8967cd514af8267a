/**
 * What a step touches. `addr` 0 touches nothing. A step that frees an object has `size` above 0: it takes away
 * `size` words from `addr` on, and conflicts with whatever touches one of them. An operation on a lock that depends on
 * more than its own lock (a ww-mutex on its class) has that as `addr`, and its lock, which may be freed, as minus `size`.
 */
export interface Footprint {
  readonly addr: number;
  /** 1 if the word is written. */
  readonly writes: number;
  readonly size: number;
}

/** True if two steps do not commute: the same word, and one writes it or takes it away. */
export function conflict(a: Footprint, b: Footprint): boolean {
  return touchConflict(a.addr, a.writes, a.size, b.addr, b.writes, b.size);
}

/** The same for steps that are not objects. */
export function touchConflict(
  a: number,
  aWrites: number,
  aSize: number,
  b: number,
  bWrites: number,
  bSize: number,
): boolean {
  if (a === 0 || b === 0) return false;
  if (aSize > 0) return bSize > 0 ? a < b + bSize && b < a + aSize : isInside(a, aSize, b, bSize);
  if (bSize > 0) return isInside(b, bSize, a, aSize);
  return a === b && (aWrites | bWrites) !== 0;
}

/** True if what a free takes away has the word in it, or the lock that an operation is on. */
function isInside(freed: number, size: number, word: number, lock: number): boolean {
  return (word >= freed && word < freed + size) || (-lock >= freed && -lock < freed + size);
}

/** One event: whose step it was, what it touched, and what the word was before. */
export interface Event extends Footprint {
  readonly task: number;
  /** One of `STEP`; NONE for a whole lock or refcount operation. */
  readonly kind: number;
  readonly before: number;
  readonly expected: number;
  /** The step could only be taken in some states. */
  readonly waited: boolean;
  /** Outcome of a CHOOSE, and how many it has. */
  readonly outcome: number;
  readonly outcomes: number;
}

/** One step of a sequence that is to be explored: whose it is, what it touches, and how its lot falls. */
export interface PlannedStep extends Footprint {
  readonly task: number;
  readonly outcome: number;
  /** Outcomes that it has: 1 unless it draws lots. */
  readonly outcomes: number;
}
