import { functionAt, namedLock } from "../lock-mention.ts";
import type { LogTask } from "../types.ts";
import { type Draft, irqOf, type LineReader, nextPart } from "./draft.ts";

const version = /^(\d+\.\d+\S*) (?:#\d|\((?:Not tainted|Tainted))/;
const cpuLine =
  /^(?:\[[^\]]*\] )?CPU: ?\d+ (?:UID: ?\d+ )?PID: ?(\d+) Comm: (.*?) (?:Kdump: \S+ )?(?:Not tainted|Tainted: [A-Z ()-]*?)(?:\s+(\d+\.\d\S*)|\s*$)/;
const cpuOnly = /^CPU: ?\d+ (?:UID: ?\d+ )?PID: ?(\d+) (?:Comm: (\S+))?/;
const asks =
  /^(.{1,60})\/(\d+) (?:\[HC.*\] )?(?:is trying to (acquire|lock|release)|(just changed)|(takes:)|(is freeing)|(is leaving|is exiting))/;
const asksIrq = /^(.{1,60})\/(\d+) \[HC\d.*\] (?:takes|is trying)/;

/** `comm/pid`. The name may hold slashes. */
export function taskNamed(comm: string | undefined, pid: string | undefined): LogTask | null {
  return comm === undefined || pid === undefined ? null : { comm: comm.trim(), pid: Number(pid) };
}

/** Reads what names the kernel and the task. @kernel lib/dump_stack.c: dump_stack_print_info() */
export const readWho: LineReader = (draft, { trimmed }) => {
  const { report } = draft;
  const release = version.exec(trimmed);
  if (release?.[1] !== undefined) {
    report.kernel ??= release[1];
    return true;
  }
  const cpu = cpuLine.exec(trimmed) ?? cpuOnly.exec(trimmed);
  if (cpu) {
    report.task ??= taskNamed(cpu[2], cpu[1]);
    report.kernel ??= cpu[3] ?? null;
    if (report.stack.length === 0 && report.kind !== "hung-task") nextPart(draft, null, report.stack);
    return true;
  }
  const atomic = /\bpid: (\d+), name: (.*)$/.exec(trimmed);
  if (atomic) {
    report.task ??= taskNamed(atomic[2], atomic[1]);
    return true;
  }
  return false;
};

/** Reads "comm/pid is trying to acquire lock:" and its kin, and says where the locks that follow belong. */
export const readAsked: LineReader = (draft, { trimmed }) => {
  const { report } = draft;
  const asked = asks.exec(trimmed) ?? asksIrq.exec(trimmed);
  if (asked) {
    report.task ??= taskNamed(asked[1], asked[2]);
    nextPart(draft, (lock) => {
      report.wanted = lock;
    });
    if (asked[3] === "release") readReleased(draft, trimmed);
    return true;
  }
  if (/^(?:but |and )?(?:this )?task is already holding|^and this task is already holding/.test(trimmed)) {
    nextPart(draft, (lock) => {
      report.holding = lock;
    });
    return true;
  }
  if (/^but this task is not holding/.test(trimmed)) {
    nextPart(draft, (lock) => {
      draft.outerLock = lock;
    });
    return true;
  }
  const context = /^context-\{(\d+): ?(\d+)\}/.exec(trimmed);
  if (context) {
    report.contextWait = { outer: Number(context[1]), inner: Number(context[2]) };
    return true;
  }
  const states = /^inconsistent \{([^}]*)\} -> \{([^}]*)\} usage/.exec(trimmed);
  if (states?.[1] !== undefined && states[2] !== undefined) {
    irqOf(draft).states = { from: states[1], to: states[2] };
    return true;
  }
  return /^but there are no more locks to release/.test(trimmed);
};

/** @kernel kernel/locking/lockdep.c: print_unlock_imbalance_bug() prints the name alone, and the place in a new line. */
function readReleased(draft: Draft, trimmed: string): void {
  const name = /release lock \((.*)\) at:\s*(.*)$/.exec(trimmed);
  if (name?.[1] === undefined) return;
  const lock = namedLock(name[1], functionAt(name[2] ?? ""));
  draft.report.wanted = lock;
  draft.lockSink = null;
  if (lock.at === null) draft.placeOf = lock;
}
