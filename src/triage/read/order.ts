import type { LogReport } from "./types.ts";

/** The dependency a report is about: the class held and the one wanted. Null where there are no two. */
export function newEdge(report: LogReport): [string, string] | null {
  const made = report.irq?.newDependency;
  if (made) return [made.from.class, made.to.class];
  return report.holding && report.wanted ? [report.holding.class, report.wanted.class] : null;
}

/**
 * The classes of a report. For a circular one in dependency order, each taken before the next; the last before the
 * first by `newEdge`. Entries that are cut off are left out.
 * @kernel kernel/locking/lockdep.c: print_circular_bug() prints the chain in reverse
 */
export function dependencyOrder(report: LogReport): string[] {
  const { wanted, holding } = report;
  if (report.kind === "circular") {
    const up = report.chain.filter((entry) => entry.index > 0).sort((a, b) => a.index - b.index);
    const own = report.chain.find((entry) => entry.index === 0)?.lock.class;
    const middle = up.length > 0 ? up.map((entry) => entry.lock.class) : report.chainExists.slice(1);
    return unique([wanted?.class ?? own ?? report.chainExists[0], ...middle, holding?.class]);
  }
  if (report.kind === "irq-order") {
    const { safe, unsafe } = report.irq ?? {};
    return unique([safe?.class, holding?.class, wanted?.class, unsafe?.class]);
  }
  if (report.kind === "irq-inversion") return unique([wanted?.class, report.irq?.other?.class]);
  if (report.kind === "recursive-locking") return unique([wanted?.class, holding?.class]);
  if (report.kind === "exit-held") return unique(report.held.map((lock) => lock.class));
  return unique([wanted?.class]);
}

/** Do the two locks of a recursive report have one address? Null where none is printed. */
export function sameInstance(report: LogReport): boolean | null {
  const [wanted, holding] = [report.wanted?.address, report.holding?.address];
  return wanted == null || holding == null ? null : wanted === holding;
}

function unique(names: readonly (string | undefined)[]): string[] {
  return [...new Set(names.filter((name) => name !== undefined))];
}
