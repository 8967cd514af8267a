import { lockMention } from "../lock-mention.ts";
import type { Frame } from "../types.ts";
import { type Draft, irqOf, type LineReader, mostLocks, nextPart } from "./draft.ts";

const became = /^\.\.\. which became (\S+)-(?:irq-)?(safe|unsafe) at:/;
const usage =
  /^\{?((?:IN-)?[A-Z_]+(?:-(?:ON-)?[A-Z]+)*|INITIAL(?: READ)? USE)\}?(?: state was registered)? at:/;

/** Reads what reports about interrupts have beside the locks. @kernel kernel/locking/lockdep.c: print_bad_irq_dependency(), print_irq_inversion_bug(), print_usage_bug(), print_lock_class_header() */
export const readIrq: LineReader = (draft, { trimmed }) => {
  const { report } = draft;
  if (/^but this lock (?:took another|was taken by another)/.test(trimmed)) {
    const forwards = /took another/.test(trimmed);
    nextPart(draft, (lock) => {
      const irq = irqOf(draft);
      irq.other = lock;
      irq.safe = forwards ? report.wanted : lock;
      irq.unsafe = forwards ? lock : report.wanted;
    });
    return true;
  }
  if (/^but this new dependency connects/.test(trimmed)) {
    nextPart(draft, (lock) => {
      irqOf(draft).safe = lock;
    });
    return true;
  }
  if (/^to an? \S+-(?:irq-)?unsafe lock/.test(trimmed)) {
    nextPart(draft, (lock) => {
      irqOf(draft).unsafe = lock;
    });
    return true;
  }
  const since = became.exec(trimmed);
  if (since) {
    const irq = irqOf(draft);
    nextPart(draft, null, since[2] === "safe" ? irq.safeStack : irq.unsafeStack);
    return true;
  }
  return readUsage(draft, trimmed);
};

function readUsage(draft: Draft, trimmed: string): boolean {
  const header = /^-> (\(.*) (?:ops: ?\d+ )?\{$/.exec(trimmed);
  if (header) {
    draft.usedLock = lockMention(header[1]?.trim() ?? "")?.class ?? null;
    nextPart(draft);
    return true;
  }
  const use = usage.exec(trimmed);
  if (use?.[1] !== undefined) {
    const stack: Frame[] = [];
    const { usages } = irqOf(draft);
    const about = draft.usedLock ?? (/registered/.test(trimmed) ? draft.report.wanted?.class : null) ?? null;
    if (usages.length < mostLocks) usages.push({ class: about, state: use[1], stack });
    nextPart(draft, null, stack);
    return true;
  }
  if (/^\.\.\. (?:key|acquired)\s+at:/.test(trimmed)) {
    // The stack of the dependency itself: nobody asks for it, and it must not land in the one before.
    nextPart(draft, null, []);
    return true;
  }
  if (/^the (?:shortest )?dependencies between/.test(trimmed) || trimmed === "}") {
    draft.frames = null;
    return true;
  }
  return /^(?:irq event stamp|(?:hard|soft)irqs last)/.test(trimmed);
}

/** HARDIRQ, SOFTIRQ, RECLAIM_FS, in the title or in the name of a state. */
export function irqContext(words: string): "hardirq" | "softirq" | "reclaim" | null {
  if (/HARDIRQ/.test(words)) return "hardirq";
  if (/SOFTIRQ/.test(words)) return "softirq";
  return /RECLAIM/.test(words) ? "reclaim" : null;
}
