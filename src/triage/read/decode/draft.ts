import type { ReportText } from "../split.ts";
import type { Frame, HeldLock, IrqInfo, LockMention, LogReport, OtherTask } from "../types.ts";

/** Where the next lock that is printed goes. */
export type LockSink = (lock: LockMention) => void;

/** A report as far as it has been read, and what the lines read so far say about the next ones. */
export interface Draft {
  report: LogReport;
  lockSink: LockSink | null;
  /** Where frames go, or null where no stack is expected. */
  frames: Frame[] | null;
  heldSink: HeldLock[] | null;
  inScenario: boolean;
  /** The lock whose uses are listed: "-> (A){+.+.} {". */
  usedLock: string | null;
  /** The task that lines about a hung task are about. */
  hung: OtherTask | null;
  /** "is trying to release lock (A) at:": the place is in the next line. */
  placeOf: LockMention | null;
  /** Seen in the text: "but this task is not holding:". */
  outerLock: LockMention | null;
  ended: boolean;
  /** Lines since the last one that said something. */
  quiet: number;
}

/** A line of a report: as it stands, and without blanks around it. */
export interface TextLine {
  text: string;
  trimmed: string;
}

/** Reads one line into a draft; true when it was about something. */
export type LineReader = (draft: Draft, line: TextLine) => boolean;

/** More than any report has; a mangled log must not grow a list without end. */
export const mostFrames = 256;
/** Entries of a list of locks, of a chain, of a table. */
export const mostLocks = 128;
/** Tasks of a dump of all held locks. */
export const mostTasks = 1024;

/** A report of which nothing but the title is known. */
export function newDraft(text: ReportText): Draft {
  const report: LogReport = {
    kind: text.kind ?? "circular",
    lines: { first: text.first, last: text.first },
    title: text.title,
    kernel: null,
    task: null,
    wanted: null,
    holding: null,
    chain: [],
    chainLength: null,
    chainExists: [],
    held: [],
    heldCount: null,
    otherTasks: [],
    scenario: null,
    irq: null,
    contextWait: null,
    refcount: null,
    seconds: null,
    blockedOn: null,
    where: null,
    stack: [],
    otherStacks: [],
    lockdepOff: false,
    missing: [],
    complete: true,
  };
  return {
    report,
    lockSink: null,
    frames: null,
    heldSink: null,
    inScenario: false,
    usedLock: null,
    hung: null,
    placeOf: null,
    outerLock: null,
    ended: false,
    quiet: 0,
  };
}

/** The part of a report about interrupts, made when first needed. */
export function irqOf(draft: Draft): IrqInfo {
  draft.report.irq ??= {
    context: null,
    states: null,
    safe: null,
    unsafe: null,
    safeStack: [],
    unsafeStack: [],
    other: null,
    newDependency: null,
    usages: [],
  };
  return draft.report.irq;
}

/** Turns to the next part of a report: what was listed so far is over. */
export function nextPart(draft: Draft, lock: LockSink | null = null, frames: Frame[] | null = null): void {
  draft.lockSink = lock;
  draft.frames = frames;
  draft.heldSink = null;
  draft.inScenario = false;
}
