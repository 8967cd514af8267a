import type { LogReport } from "../types.ts";
import type { Draft } from "./draft.ts";

/** Says what a whole report of this kind has and this one has not, as far as it matters to judge it. */
export function missingParts(draft: Draft): string[] {
  const { report } = draft;
  const missing: string[] = [];
  const need = (there: boolean, what: string): void => {
    if (!there) missing.push(what);
  };
  const { kind } = report;
  const asks = !["exit-held", "rcu-usage"].includes(kind) && isLockdep(kind);
  if (asks) need(report.wanted !== null, "the lock that the report is about");
  if (["recursive-locking", "circular", "irq-order"].includes(kind)) {
    need(report.holding !== null, "the lock that is already held");
  }
  if (kind === "circular") need(chainGaps(report).length === 0, gapText(report));
  if (kind === "irq-inversion") need(report.irq?.other != null, "the second lock");
  if (kind === "irq-order") {
    need(report.irq?.safe != null && report.irq.unsafe != null, "the interrupt-safe or the unsafe lock");
  }
  if (kind === "inconsistent-state") need(report.irq?.states != null, "the two states of the lock");
  if (kind === "nest-not-held") need(draft.outerLock !== null, "the lock that it should nest in");
  const evidence = report.heldCount !== null || report.stack.length > 0;
  if (isLockdep(kind)) {
    if (report.heldCount !== null && report.held.length < report.heldCount) {
      missing.push(`${report.heldCount - report.held.length} of the ${report.heldCount} held locks`);
    } else if (!evidence) missing.push("the list of held locks", "the stack backtrace");
  } else if (kind !== "lockdep-off") {
    need(report.stack.length > 0, "the stack backtrace");
    const warned = ["refcount", "assert-held", "pinned", "ww", "warning", "oops"].includes(kind);
    if (warned && report.stack.length > 0) need(draft.ended, "the end of the stack backtrace");
  }
  if (missing.length > 0 && kind !== "hung-task") need(report.kernel !== null, "the kernel version line");
  return missing;
}

function isLockdep(kind: LogReport["kind"]): boolean {
  return [
    "recursive-locking",
    "circular",
    "irq-order",
    "irq-inversion",
    "inconsistent-state",
    "wait-context",
    "unlock-balance",
    "freed-held",
    "exit-held",
    "nest-not-held",
    "rcu-usage",
  ].includes(kind);
}

/** The numbers of the chain that are not there; -1 if there is no chain at all. */
function chainGaps(report: LogReport): number[] {
  if (report.chainLength === null) return [-1];
  const there = new Set(report.chain.map((entry) => entry.index));
  const gaps: number[] = [];
  for (let i = Math.min(report.chainLength, 128) - 1; i >= 0; i--) if (!there.has(i)) gaps.push(i);
  return gaps;
}

function gapText(report: LogReport): string {
  const gaps = chainGaps(report);
  if (gaps[0] === -1) return "the dependency chain";
  const names = gaps.map((index) => `#${index}`);
  const last = names.pop();
  const listed = names.length === 0 ? last : `${names.join(", ")} and ${last}`;
  return names.length === 0 ? `the chain entry ${listed}` : `the chain entries ${listed}`;
}
