import type { ReportKind } from "./types.ts";

/** A message that begins a report; the expression is searched for in a line without its prefix. */
export interface Opener {
  kind: ReportKind;
  pattern: RegExp;
}

/** `WARNING: ` of today, `[ INFO: ` and `[ BUG: ` of kernels before 4.11. */
const banner = String.raw`(?:WARNING: |\[ (?:INFO|BUG|WARNING): )`;

/**
 * Where reports begin.
 * @kernel kernel/locking/lockdep.c: print_circular_bug_header() and its neighbours; kernel/hung_task.c: check_hung_task();
 * kernel/sched/core.c: __might_resched(), __schedule_bug(); lib/refcount.c: refcount_warn_saturate()
 */
export const openers: readonly Opener[] = [
  { kind: "circular", pattern: new RegExp(`${banner}possible circular lock`) },
  { kind: "recursive-locking", pattern: new RegExp(`${banner}possible recursive lock`) },
  { kind: "irq-inversion", pattern: new RegExp(`${banner}possible irq lock inversion`) },
  { kind: "irq-order", pattern: new RegExp(`${banner}[A-Z_]+(?:-READ)?-safe -> [A-Z_]+(?:-READ)?-unsafe`) },
  { kind: "inconsistent-state", pattern: new RegExp(`${banner}inconsistent lock state`) },
  { kind: "wait-context", pattern: new RegExp(`${banner}Invalid wait context`) },
  { kind: "unlock-balance", pattern: new RegExp(`${banner}bad unlock balance`) },
  { kind: "freed-held", pattern: new RegExp(`${banner}held lock freed`) },
  { kind: "exit-held", pattern: new RegExp(`${banner}lock held (?:when returning|at task exit)`) },
  { kind: "exit-held", pattern: new RegExp(`${banner}.{1,40}\\/\\d+ still has locks held`) },
  { kind: "exit-held", pattern: /BUG: workqueue leaked (?:lock|atomic)/ },
  { kind: "exit-held", pattern: /BUG: .{1,40}\/\d+ still has locks held/ },
  { kind: "nest-not-held", pattern: new RegExp(`${banner}Nested lock was not taken`) },
  { kind: "rcu-usage", pattern: new RegExp(`${banner}suspicious RCU usage`) },
  {
    kind: "sleep-in-atomic",
    pattern: /BUG: (?:sleeping function called from invalid|scheduling while atomic)/,
  },
  { kind: "kasan", pattern: /BUG: (?:KASAN|KFENCE|KMSAN): / },
  { kind: "ubsan", pattern: /UBSAN: (?=[A-Za-z])/ },
  { kind: "rcu-stall", pattern: /(?:rcu: )?INFO: rcu\w* (?:self-)?detected/ },
  {
    kind: "hung-task",
    pattern: /INFO: task .{1,60}:\d+ (?:<[^>]*> )?blocked (?:in I\/O wait )?for more than/,
  },
  { kind: "lockdep-off", pattern: /BUG: MAX_\w+ too low|INFO: trying to register non-static key/ },
  { kind: "lockdep-off", pattern: /BUG: key \S+ (?:has not been registered|not in \.data)/ },
  { kind: "lockdep-off", pattern: /turning off the locking correctness validator/ },
  { kind: "refcount", pattern: /refcount_t: (?=addition|increment|decrement|underflow|saturated|hit)/ },
  { kind: "oops", pattern: /list_(?:add|del)\S* corruption/ },
  { kind: "oops", pattern: /BUG: (?:unable to handle|kernel NULL pointer|Bad page|stack guard)/ },
  { kind: "oops", pattern: /kernel BUG at |(?:Oops: )?general protection fault|Unable to handle kernel/ },
  { kind: "oops", pattern: /Internal error: Oops|Oops: [0-9a-f]{4} \[#\d+\]|BUG: spinlock / },
  {
    kind: "warning",
    pattern: /WARNING: (?=(?:\[.*\] )?\S+:\d+ at |at \S+:\d+|CPU: ?\d+ PID: ?\d+ at )/,
  },
];

/** Lines inside of a lockdep report that begin one when its own first lines are cut off; the kind follows from what comes after. */
const inside =
  /^.{1,40}\/\d+ (?:\[HC.*\] )?is trying to (?:acquire|lock)\b|the existing dependency chain \(in/;

/** Which report a line begins. */
export interface Opening {
  kind: ReportKind | null;
  /** Where the message begins in the text. */
  column: number;
}

/** Tells whether a line begins a report. `kind` null: somewhere inside of a lockdep report. */
export function opening(text: string): Opening | null {
  for (const { kind, pattern } of openers) {
    const found = pattern.exec(text);
    if (found) return { kind, column: found.index };
  }
  return inside.test(text.trimStart()) ? { kind: null, column: text.length - text.trimStart().length } : null;
}

const any = new RegExp(
  [
    ...openers.map(({ pattern }) => pattern.source),
    String.raw`\/\d+ (?:\[HC.*\] )?is trying to (?:acquire|lock)\b`,
    "the existing dependency chain",
  ].join("|"),
);

/** A quick look at a line as saved, around a marker: may it begin a report? */
export function mayOpen(text: string): boolean {
  return any.test(text);
}

/** What every opener contains: the fast search looks for these bytes and for nothing else. */
export const markers: readonly string[] = [
  "WARNING: ",
  "[ INFO: ",
  "BUG: ",
  "BUG at ",
  "INFO: task ",
  "INFO: rcu",
  "INFO: trying",
  "UBSAN: ",
  "refcount_t: ",
  " corruption",
  "general protection",
  "Unable to handle kernel",
  "Internal error: Oops",
  "Oops: ",
  "turning off the locking",
  "is trying to acquire",
  "is trying to lock",
  "the existing dependency",
];
