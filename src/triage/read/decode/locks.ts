import { lockMention, lockPair, namedLock } from "../lock-mention.ts";
import type { HeldLock, LockMention } from "../types.ts";
import { type Draft, irqOf, type LineReader, mostLocks, mostTasks, nextPart } from "./draft.ts";
import { taskNamed } from "./head.ts";

/** Reads a lock that an earlier line announced. An inlined place prints the lock again: the last one names the function. */
export const readLock: LineReader = (draft, { trimmed }) => {
  if (draft.placeOf) {
    const place = /^(?:\[<[^>]*>\]\s*)?([A-Za-z_.$][\w.$]*)\+0x/.exec(trimmed)?.[1];
    if (place !== undefined) draft.placeOf.at = place;
    draft.placeOf = null;
    if (place !== undefined) return true;
  }
  const pair = draft.heldSink ? null : lockPair(trimmed);
  if (pair && draft.report.kind === "irq-order") {
    irqOf(draft).newDependency = pair;
    return true;
  }
  if (draft.lockSink === null || /^(?:#\d|->)/.test(trimmed)) return false;
  const lock = lockMention(trimmed);
  if (!lock) return false;
  draft.lockSink(lock);
  return true;
};

/** Reads an entry of the chain. @kernel kernel/locking/lockdep.c: print_circular_bug_entry() */
export const readChainEntry: LineReader = (draft, { trimmed }) => {
  const { report } = draft;
  const entry = /^-> #(\d{1,4})\s+(.*?):?$/.exec(trimmed);
  if (entry) {
    const lock = lockMention(entry[2] ?? "") ?? namedEntry(entry[2] ?? "");
    if (!lock || report.chain.length >= mostLocks) return true;
    const index = Number(entry[1]);
    // A second report whose first lines are lost must not continue this chain.
    if (report.chain.some((known) => known.index <= index)) return false;
    const stack: typeof report.stack = [];
    report.chain.push({ index, lock, stack, read: lock.readState });
    report.chainLength = Math.max(report.chainLength ?? 0, index + 1);
    nextPart(draft, null, stack);
    return true;
  }
  if (/^Chain exists of:/.test(trimmed)) {
    nextPart(draft);
    return true;
  }
  if (report.chainExists.length === 0 && / --> /.test(trimmed)) {
    report.chainExists = trimmed.split(" --> ").map((name) => name.trim());
    return true;
  }
  if (!/^(?:which lock already|the existing dependency|other info|which would create)/.test(trimmed))
    return false;
  nextPart(draft);
  return true;
};

function namedEntry(text: string): LockMention | null {
  const name = /^\((.*)\)/.exec(text)?.[1];
  return name === undefined ? null : namedLock(name, null);
}

const heldBy =
  /^(?:(\d{1,4}) locks?|no locks) (?:held by|on stack by) (.{1,60})\/(\d+)(?:, last CPU#\d+)?[.:]?\s*$/;

/** Reads a list of held locks. @kernel kernel/locking/lockdep.c: lockdep_print_held_locks() */
export const readHeld: LineReader = (draft, { trimmed }) => {
  const { report } = draft;
  const header = heldBy.exec(trimmed);
  const task = taskNamed(header?.[2], header?.[3]);
  if (header && task) {
    nextPart(draft);
    const count = Number(header[1] ?? 0);
    if (report.kind !== "hung-task") report.task ??= task;
    if (report.task?.pid === task.pid && report.heldCount === null) {
      report.heldCount = count;
      draft.heldSink = report.held;
      return true;
    }
    let other = report.otherTasks.find((known) => known.task.pid === task.pid && known.heldCount === null);
    if (!other && report.otherTasks.length < mostTasks) {
      other = { task, heldCount: count, held: [], stack: [] };
      report.otherTasks.push(other);
    }
    if (other) other.heldCount = count;
    draft.heldSink = other?.held ?? null;
    return true;
  }
  if (draft.heldSink) return readHeldLock(draft, draft.heldSink, trimmed);
  return /^Showing all locks held in the system/.test(trimmed);
};

function readHeldLock(draft: Draft, held: HeldLock[], trimmed: string): boolean {
  const numbered = /^#(\d{1,3}):/.exec(trimmed);
  const lock = numbered && lockMention(trimmed);
  if (!lock || held.length >= mostLocks) return false;
  const index = Number(numbered[1]);
  const last = held.at(-1);
  if (last?.index === index && last.class === lock.class) last.at = lock.at;
  else if (last && last.index >= index) draft.heldSink = null;
  else held.push({ index, ...lock });
  return true;
}
