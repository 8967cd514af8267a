import type { EdgeOrigin } from "../record/triage-record.ts";
import { originOf } from "./origin.ts";
import type { Frame, LockMention, LogReport } from "./read/types.ts";

/** A dependency of a report, with what the report says of how it came to be. */
export interface Edge {
  readonly from: LockMention;
  readonly to: LockMention;
  /** The stack in which `to` was taken. */
  readonly stack: readonly Frame[];
  readonly origin: EdgeOrigin;
  readonly isNew: boolean;
}

/**
 * The dependencies that close the cycle of a report, in order; the last is the new one. Empty where the report has no
 * cycle, or not all of it. @kernel kernel/locking/lockdep.c: print_circular_bug()
 */
export function edgesOf(report: LogReport): Edge[] {
  const { wanted, holding } = report;
  if (wanted === null || holding === null) return [];
  if (report.kind === "recursive-locking") return [newEdge(report, holding, wanted)];
  if (report.kind !== "circular") return [];
  const up = report.chain.filter(({ index }) => index > 0).sort((a, b) => a.index - b.index);
  if (up.length === 0 || up.some(({ index }, place) => index !== place + 1)) return [];
  const edges: Edge[] = [];
  let from: LockMention = wanted;
  for (const { lock, stack } of up) {
    edges.push({ from, to: lock, stack, origin: originOf(stack), isNew: false });
    from = lock;
  }
  if (from.class !== holding.class) return [];
  return [...edges, newEdge(report, holding, wanted)];
}

function newEdge(report: LogReport, holding: LockMention, wanted: LockMention): Edge {
  const own = report.chain.find(({ index }) => index === 0)?.stack ?? [];
  const stack = own.length > 0 ? own : report.stack;
  return { from: holding, to: wanted, stack, origin: originOf(stack), isNew: true };
}

/** Functions of a stack that can be trusted, the innermost first. */
export function functionsOf(stack: readonly Frame[]): string[] {
  return stack.filter(({ reliable }) => reliable).map((frame) => frame.function);
}
