import type { PlannedStep } from "../event.ts";
import type { Sequence } from "./sequence.ts";

/** A step with the ways to go on behind it, in the order they are to be explored. */
export interface WakeupNode extends PlannedStep {
  addr: number;
  writes: number;
  size: number;
  readonly children: WakeupNode[];
}

/**
 * Adds a sequence to a wake-up tree, unless the tree has one already that covers it; true if it grew. Uses the
 * sequence up. Abdulla et al., Optimal dynamic partial order reduction, POPL 2014, the operation insert.
 */
export function insertSequence(children: WakeupNode[], rest: Sequence): boolean {
  let level = children;
  let isRoot = true;
  for (;;) {
    if (rest.length === 0) return false;
    const covering = coveringNode(level, rest);
    if (covering === undefined) {
      // A leaf further down stands for all that follows it, so there is nothing to add there.
      if (!isRoot && level.length === 0) return false;
      append(level, rest.steps());
      return true;
    }
    rest.dropFirstOf(covering.task);
    level = covering.children;
    isRoot = false;
  }
}

function coveringNode(level: readonly WakeupNode[], sequence: Sequence): WakeupNode | undefined {
  for (const node of level) if (sequence.hasWeakInitial(node)) return node;
  return undefined;
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
