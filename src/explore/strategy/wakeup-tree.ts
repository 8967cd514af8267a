import { conflict, type Footprint } from "../event.ts";

/** One step of a sequence that is to be explored: whose it is, what it touches, and how its lot falls. */
export interface PlannedStep extends Footprint {
  readonly task: number;
  readonly outcome: number;
  /** Outcomes that it has: 1 unless it draws lots. */
  readonly outcomes: number;
}

/** A step with the ways to go on behind it, in the order they are to be explored. */
export interface WakeupNode extends PlannedStep {
  readonly children: WakeupNode[];
}

/** The index of the first step of `task` in `sequence` if it depends on nothing in front of it; -1 if it does, -2 if there is none. */
function initialIndex(sequence: readonly PlannedStep[], task: number): number {
  let at = 0;
  while (at < sequence.length && sequence[at]!.task !== task) at++;
  if (at === sequence.length) return -2;
  const step = sequence[at]!;
  for (let before = 0; before < at; before++) if (conflict(sequence[before]!, step)) return -1;
  return at;
}

/**
 * True if `step` is a weak initial of `sequence`: it is in it and depends on nothing before it, or it is not in it
 * and commutes with all of it. Abdulla et al., Optimal dynamic partial order reduction, POPL 2014.
 */
export function isWeakInitial(sequence: readonly PlannedStep[], step: PlannedStep): boolean {
  const index = initialIndex(sequence, step.task);
  if (index !== -2) return index >= 0;
  for (const other of sequence) if (conflict(other, step)) return false;
  return true;
}

/**
 * Adds a sequence to a wake-up tree, unless the tree has one already that covers it; true if it grew.
 * POPL 2014, the operation insert.
 */
export function insertSequence(children: WakeupNode[], sequence: readonly PlannedStep[]): boolean {
  let level = children;
  let rest = sequence;
  let isRoot = true;
  for (;;) {
    if (rest.length === 0) return false;
    const covering = level.find((node) => isWeakInitial(rest, node));
    if (covering === undefined) {
      // A leaf further down stands for all that follows it, so there is nothing to add there.
      if (!isRoot && level.length === 0) return false;
      append(level, rest);
      return true;
    }
    rest = without(rest, covering.task);
    level = covering.children;
    isRoot = false;
  }
}

/** The sequence without the task's first step, if it has one. */
function without(sequence: readonly PlannedStep[], task: number): readonly PlannedStep[] {
  const index = sequence.findIndex((step) => step.task === task);
  return index < 0 ? sequence : sequence.filter((_, at) => at !== index);
}

function append(children: WakeupNode[], sequence: readonly PlannedStep[]): void {
  let level = children;
  for (const step of sequence) {
    const node = nodeOf(step);
    level.push(node);
    level = node.children;
  }
}

/** A leaf that takes `step`. */
export function nodeOf({ task, addr, writes, size, outcome, outcomes }: PlannedStep): WakeupNode {
  return { task, addr, writes, size, outcome, outcomes, children: [] };
}
