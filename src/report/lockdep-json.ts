import type { LockdepRecord, LockdepReport } from "../record/lockdep-record.ts";

const report = ({ kind, event, line, task, classes, chain, message, ...rest }: LockdepReport): object => ({
  kind,
  event,
  line,
  task,
  classes,
  chain: chain.map((link) => ({ from: link.from, to: link.to, event: link.event })),
  message,
  ...(rest.verdict === undefined ? {} : { verdict: rest.verdict, reason: rest.reason }),
  ...(rest.instances === undefined ? {} : { instances: rest.instances }),
});

/** What `lockdep --json` prints: an element a file, in the order given. */
export function lockdepJson(records: readonly LockdepRecord[], stats: boolean): string {
  const files = records.map((record) => ({
    file: record.file,
    name: record.name,
    mode: record.mode,
    events: record.events,
    classes: record.classes,
    dependencies: record.dependencies,
    reports: record.reports.map(report),
    ...(stats ? { stats: record.stats } : {}),
  }));
  return `${JSON.stringify(files)}\n`;
}
