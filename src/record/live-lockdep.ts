import * as v from "valibot";
import { counts, type LockdepRecord, type LockdepReport, lockdepKinds } from "./lockdep-record.ts";

/** A lockdep report of a run, as `refzero lockdep --json` has it. */
export type LiveReport = Pick<
  LockdepReport,
  "kind" | "event" | "line" | "task" | "classes" | "message" | "verdict" | "reason" | "instances"
> & { readonly chain: readonly { readonly from: string; readonly to: string; readonly event: number }[] };

/** What lockdep says of everything that the tasks of a run did. */
export interface LiveLockdep {
  mode: "exact";
  /** Distinct sequences of events, a task and world; those beyond what is kept are counted each time they come. */
  chains: number;
  dropped: number;
  events: number;
  classes: number;
  dependencies: number;
  /** Reports that can happen. */
  possible: number;
  reports: readonly LiveReport[];
}

/** The part of a lockdep record that a run's record keeps. */
export function liveLockdep(
  { events, classes, dependencies, reports }: LockdepRecord,
  heard: { readonly chains: number; readonly dropped: number },
): LiveLockdep {
  const possible = reports.filter(counts).length;
  return { mode: "exact", ...heard, events, classes, dependencies, possible, reports: reports.map(live) };
}

function live(report: LockdepReport): LiveReport {
  const { kind, event, line, task, classes, chain, message, verdict, reason, instances } = report;
  return {
    kind,
    event,
    line,
    task,
    classes,
    chain: chain.map((link) => ({ from: link.from, to: link.to, event: link.event })),
    message,
    ...(verdict === undefined ? {} : { verdict }),
    ...(reason === undefined ? {} : { reason }),
    ...(instances === undefined ? {} : { instances }),
  };
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const text = v.string();
const kinds = Object.keys(lockdepKinds) as (keyof typeof lockdepKinds)[];
const report = v.strictObject({
  kind: v.picklist(kinds),
  event: count,
  line: count,
  task: text,
  classes: v.array(text),
  chain: v.array(v.strictObject({ from: text, to: text, event: count })),
  message: text,
  verdict: v.exactOptional(
    v.picklist(["cannot-contend", "gated", "single-task", "distinct-instances", "possible"]),
  ),
  reason: v.exactOptional(text),
  instances: v.exactOptional(v.literal("distinct")),
});

/** The schema of a run's lockdep part. */
export const liveLockdepSchema: v.GenericSchema<LiveLockdep> = v.strictObject({
  mode: v.literal("exact"),
  chains: count,
  dropped: count,
  events: count,
  classes: count,
  dependencies: count,
  possible: count,
  reports: v.array(report),
});
