import { CONTROL, CONTROL_WORDS } from "#shared/atomic/control";
import { STAT_WORDS } from "#shared/stats";
import { TASK_WORDS } from "#shared/task";
import { VIOLATION, type ViolationKind, violationKinds } from "#shared/violation";

/** Where things are in an arena that holds one world, in words. */
export interface WorldMap {
  readonly violations: number;
  readonly tasks: number;
  readonly stats: number;
  readonly heap: number;
  /** Words of the whole arena; the heap goes to its end. */
  readonly words: number;
}

/**
 * Places one world of `worldWords` words for so many tasks. The stepper and the threads that follow a plan of its
 * steps both lay out by this, since a plan names words by address.
 */
export function mapWorld(tasks: number, worldWords: number): WorldMap {
  const violations = CONTROL_WORDS;
  const blocks = violations + VIOLATION.KEPT * VIOLATION.WORDS;
  const stats = blocks + tasks * TASK_WORDS;
  const heap = stats + tasks * STAT_WORDS;
  return { violations, tasks: blocks, stats, heap, words: heap + worldWords };
}

/** One entry of the violation table, by name of its kind. */
export interface Reported {
  readonly kind: ViolationKind;
  readonly task: number;
  readonly object: number;
  readonly value: number;
  /** Another task that has a part in it, or -1. */
  readonly other: number;
}

/** What has been reported in a world's arena, oldest first; no more than the table keeps. */
export function reportsIn(words: Int32Array, map: WorldMap): Reported[] {
  const kept = Math.min(words[CONTROL.VIOLATIONS] ?? 0, VIOLATION.KEPT);
  return Array.from({ length: kept }, (_, slot) => {
    const entry = map.violations + slot * VIOLATION.WORDS;
    const at = (field: number): number => words[entry + field] ?? 0;
    const kind = violationKinds[at(VIOLATION.KIND)] ?? "none";
    return {
      kind,
      task: at(VIOLATION.TASK),
      object: at(VIOLATION.OBJECT),
      value: at(VIOLATION.VALUE),
      other: at(VIOLATION.OTHER) - 1,
    };
  });
}
