/**
 * What a step touches. `addr` 0 touches nothing. A step that frees an object has `size` above 0: it takes away
 * `size` words from `addr` on, and conflicts with whatever touches one of them.
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
  if (aSize === 0 && bSize === 0) return a === b && (aWrites | bWrites) !== 0;
  return a < b + Math.max(1, bSize) && b < a + Math.max(1, aSize);
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
