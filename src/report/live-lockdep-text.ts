import type { LiveLockdep } from "../record/live-lockdep.ts";
import type { LockdepRecord } from "../record/lockdep-record.ts";
import { lockdepReportLines } from "./lockdep-text.ts";
import { counted, grouped } from "./numbers.ts";
import type { Style } from "./style.ts";

/** What lockdep says of a run, below the run's own report: each report, and a line that says how many can happen. */
export function liveLockdepText(record: LockdepRecord, live: LiveLockdep, style: Style): string {
  const lines = record.reports.flatMap((report) => lockdepReportLines(report, record, style));
  return `${[...lines, summary(live, style)].join("\n")}\n`;
}

function summary(live: LiveLockdep, { unicode }: Style): string {
  const { reports, possible } = live;
  const said =
    reports.length === 0 ? "no report" : `${counted(reports.length, "report")}, ${possible} can happen`;
  const more = live.dropped > 0 ? "; more were not kept" : "";
  const size = [
    `${counted(live.chains, "distinct sequence")}${more}`,
    counted(live.events, "event"),
    `${grouped(live.classes)} ${live.classes === 1 ? "class" : "classes"}`,
    `${grouped(live.dependencies)} ${live.dependencies === 1 ? "dependency" : "dependencies"}`,
  ];
  return `lockdep  ${said}${unicode ? " · " : " - "}${size.join(", ")}`;
}
