import type { ExploreRecord } from "../record/explore-record.ts";
import { lockdepKinds } from "../record/lockdep-record.ts";
import type { TriageFile } from "../record/triage-record.ts";
import type { Assumption } from "./assumptions.ts";
import { type Judged, judge } from "./judge.ts";
import { modelOf } from "./model.ts";
import { readLog } from "./read/read-log.ts";
import type { LogReport } from "./read/types.ts";
import { scenarioText } from "./to-scenario.ts";
import { traceOf } from "./to-trace.ts";

/** One file judged, with what else can be made of it. */
export interface Triaged {
  readonly file: TriageFile;
  /** The exploration that shows the deadlock of a report, where there is one. */
  readonly explored: readonly (ExploreRecord | undefined)[];
  /** A lock trace that makes the first lock report again. */
  readonly trace: () => string;
  /** A scenario of the first report that has a cycle; undefined where there is nothing to schedule. */
  readonly scenario: () => string | undefined;
}

/** Finds and judges every report of a log. */
export async function triage(
  name: string,
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  assumed: readonly Assumption[],
): Promise<Triaged> {
  const reports = await readLog(chunks);
  const judged: Judged[] = [];
  for (const report of reports) judged.push(await judge(report, reports, assumed));
  return {
    file: { file: name, reports: judged.map(({ report }) => report) },
    explored: judged.map(({ explored }) => explored),
    trace: () => traceOf(firstOfLocks(reports), name),
    scenario: () => scenarioOf(judged),
  };
}

/** What a trace is made of: a report about locks before any other, also before "sleeping function", which lockdep does not print. */
function firstOfLocks(reports: readonly LogReport[]): LogReport | undefined {
  const isOfLocks = (kind: string): boolean =>
    kind !== "sleep-in-atomic" && Object.hasOwn(lockdepKinds, kind);
  return reports.find(({ kind }) => isOfLocks(kind)) ?? reports[0];
}

function scenarioOf(judged: readonly Judged[]): string | undefined {
  for (const { edges, facts, report } of judged) {
    const given = facts.filter(({ standing }) => standing !== "possible");
    const model = modelOf(edges, given, report.condition === "needs a queued writer");
    if (model !== undefined) return scenarioText(model, report.title);
  }
  return undefined;
}
