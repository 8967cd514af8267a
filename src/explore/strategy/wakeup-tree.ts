import { conflict, type Footprint } from "../execution.ts";

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

/** True if nothing in `sequence` in front of its first step of `task` conflicts with that step; its index, or -1. */
function initialIndex(sequence: readonly PlannedStep[], task: number): number {
  for (const [index, step] of sequence.entries()) {
    if (step.task !== task) continue;
    return comesFirst(sequence, index) ? index : -1;
  }
  return -1;
}

/** True if the step at `index` depends on none before it: it could be taken at once. */
function comesFirst(sequence: readonly PlannedStep[], index: number): boolean {
  const step = sequence[index]!;
  for (let before = 0; before < index; before++) {
    const other = sequence[before]!;
    if (other.task === step.task || conflict(other, step)) return false;
  }
  return true;
}

/**
 * True if `step` is a weak initial of `sequence`: it is in it and depends on nothing before it, or it is not in it
 * and commutes with all of it. Abdulla et al., Optimal dynamic partial order reduction, POPL 2014.
 */
export function isWeakInitial(sequence: readonly PlannedStep[], step: PlannedStep): boolean {
  if (sequence.some(({ task }) => task === step.task)) return initialIndex(sequence, step.task) >= 0;
  return sequence.every((other) => !conflict(other, step));
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
    const index = initialIndex(rest, covering.task);
    rest = index < 0 ? rest : rest.filter((_, at) => at !== index);
    level = covering.children;
    isRoot = false;
  }
}

function append(children: WakeupNode[], sequence: readonly PlannedStep[]): void {
  let level = children;
  for (const { task, addr, writes, size, outcome, outcomes } of sequence) {
    const node: WakeupNode = { task, addr, writes, size, outcome, outcomes, children: [] };
    level.push(node);
    level = node.children;
  }
}
