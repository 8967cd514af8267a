import { functionAt } from "../lock-mention.ts";
import type { LogReport } from "../types.ts";
import { type LineReader, mostTasks, nextPart } from "./draft.ts";
import { taskNamed } from "./head.ts";

/** @kernel lib/refcount.c: refcount_warn_saturate() */
const refcounts: readonly [RegExp, NonNullable<LogReport["refcount"]>][] = [
  [/(?:addition|increment) on 0/, "addition-on-zero"],
  [/underflow/, "underflow"],
  [/saturated/, "saturated"],
  [/decrement hit 0|hit 0/, "decrement-to-zero"],
];

/** Where a warning fired, in the order words have had since 4.4, and in that of 6.19, which may print the condition. */
const warnedAt =
  /^WARNING: (?:CPU: ?\d+ PID: ?(\d+) )?(?:\[.*\] )?(?:at )?(\S+?):(\d+)(?: at)? ?(\S+?)?(?:\+0x\S+)?(?:,? CPU#\d+: (.*)\/(\d+))?(?: \[\w+\])?$/;
const plainWarning =
  /^WARNING: .*?(?:at )?(\S+?):(\d+) (?:at )?([A-Za-z_.$][\w.$]*)(?:.*CPU#\d+: (.*)\/(\d+))?/;

/** Reads where and why a warning fired. @kernel kernel/panic.c: __warn() */
export const readWarning: LineReader = (draft, { trimmed }) => {
  const { report } = draft;
  const count = /refcount_t: (.*)$/.exec(trimmed)?.[1];
  if (count !== undefined) {
    report.refcount ??= refcounts.find(([pattern]) => pattern.test(count))?.[1] ?? null;
    return true;
  }
  if (!trimmed.startsWith("WARNING: ") || !/\S:\d+\b/.test(trimmed)) return false;
  const exact = warnedAt.exec(trimmed);
  const found = exact
    ? [exact[2], exact[3], exact[4], exact[5], exact[6]]
    : plainWarning.exec(trimmed)?.slice(1);
  if (!found) return false;
  report.where ??= {
    function: functionAt(found[2] ?? ""),
    file: found[0] ?? null,
    line: found[1] === undefined ? null : Number(found[1]),
  };
  report.task ??= taskNamed(found[3], found[4]);
  return true;
};

/** Reads what sanitizers and an oops say about place and task. */
export const readFault: LineReader = (draft, { trimmed }) => {
  const { report } = draft;
  const access = /^(?:Read|Write|Free) (?:of size \d+ |of addr \S+ )?.*\bby task (.+)\/(\d+)/.exec(trimmed);
  if (access) {
    report.task ??= taskNamed(access[1], access[2]);
    return true;
  }
  const atomic = /scheduling while atomic: (.*)\/(\d+)\/0x/.exec(trimmed);
  if (atomic) report.task ??= taskNamed(atomic[1], atomic[2]);
  const leaked = /BUG: workqueue leaked .*?: (.*?)(?:\/0x[0-9a-f]+\/(\d+)|\[(\d+)\])/.exec(trimmed);
  if (leaked) report.task ??= taskNamed(leaked[1], leaked[2] ?? leaked[3]);
  const kept = /(?:BUG|WARNING): (.*)\/(\d+) still has locks held/.exec(trimmed);
  if (kept) report.task ??= taskNamed(kept[1], kept[2]);
  const place =
    /^BUG: K\w+: .* in ([A-Za-z_.$][\w.$]*)/.exec(trimmed) ??
    /^(?:RIP: (?:\w{4}:)?|pc : )(?:\[<\w+>\] )?([A-Za-z_.$][\w.$]*)\+0x/.exec(trimmed);
  if (place) report.where ??= { function: place[1] ?? null, file: null, line: null };
  const file =
    /^(?:UBSAN: .* in |kernel BUG at |BUG: sleeping function .* at )(\S+?):(\d+)/.exec(trimmed) ??
    /^(\S+\.[ch]):(\d+) (?:suspicious rcu_|RCU-list traversed)/.exec(trimmed);
  if (file) report.where ??= { function: null, file: file[1] ?? null, line: Number(file[2]) };
  if (/^INFO: lockdep is turned off/.test(trimmed)) {
    report.lockdepOff = true;
    return true;
  }
  return Boolean(access ?? atomic ?? leaked ?? kept ?? place ?? file);
};

/** Reads hung tasks. The first is the report's task, the next ones of the same round are others. @kernel kernel/hung_task.c: check_hung_task() */
export const readHung: LineReader = (draft, { trimmed }) => {
  const { report } = draft;
  const hung = /INFO: task (.{1,60}):(\d+) .*?blocked .*?for more than (\d+) seconds/.exec(trimmed);
  const task = taskNamed(hung?.[1], hung?.[2]);
  if (hung && task) {
    const own = { task, heldCount: null, held: [], stack: report.task ? [] : report.stack };
    if (report.task && report.otherTasks.length < mostTasks) report.otherTasks.push(own);
    report.task ??= task;
    report.seconds ??= Number(hung[3]);
    nextPart(draft);
    draft.hung = own;
    return true;
  }
  const blocked = /^INFO: task .* is blocked on an? (\S+)(?:.*?by task (.*):(\d+))?/.exec(trimmed);
  if (blocked?.[1] !== undefined) {
    const lock = blocked[1].replace(/,$/, "");
    report.blockedOn ??= { lock, owner: taskNamed(blocked[2], blocked[3]) };
    return true;
  }
  if (/^Showing all locks held in the system/.test(trimmed)) draft.hung = null;
  return /^task:\S+ .*state:/.test(trimmed);
};
