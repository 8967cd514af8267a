import type { Event } from "./event.ts";
import { findingsAtEnd } from "./findings.ts";
import type { Machine } from "./machine.ts";
import { searchAll } from "./strategy/dfs.ts";

/** An interleaving that fails in the same way with fewer preemptions. */
export interface Shrunk {
  readonly events: readonly Event[];
  readonly preemptions: number;
  /** True if every interleaving with fewer preemptions was tried, and none fails in this way. */
  readonly proved: boolean;
}

/**
 * Looks for the fewest preemptions with which `kind` still happens: tries every interleaving with none, then with
 * one, and so on. Of those with the fewest it keeps the shortest it meets first. Gives up at `deadline`
 * (`performance.now()`); then `proved` is false and the bound reached is no minimum. Deterministic but for that.
 */
export function shrink(
  machine: Machine,
  kind: string,
  found: Shrunk,
  steps: number,
  deadline: number,
): Shrunk {
  for (let bound = 0; bound < found.preemptions; bound++) {
    let best: readonly Event[] | undefined;
    const { exhaustive } = searchAll(
      machine,
      bound,
      { executions: Number.POSITIVE_INFINITY, deadline, steps },
      ({ events }) => {
        if (findingsAtEnd(machine)[0]?.kind === kind) best = events;
        return best === undefined;
      },
    );
    if (best !== undefined) return { events: best, preemptions: bound, proved: true };
    if (!exhaustive) return { ...found, proved: false };
  }
  return { ...found, proved: true };
}
