import type { ExploreRecord } from "../record/explore-record.ts";
import type { TriageOutcome, TriageReport, TriageVerdict } from "../record/triage-record.ts";
import type { Assumption } from "./assumptions.ts";
import { type Edge, edgesOf, functionsOf } from "./edges.ts";
import { exploreModel } from "./explore-model.ts";
import { type Fact, factsOf } from "./facts.ts";
import { judgeByKind, type KindVerdict } from "./judge-kind.ts";
import { modelOf } from "./model.ts";
import { modelLines } from "./model-lines.ts";
import { bare } from "./origin.ts";
import { dependencyOrder, newEdge, sameInstance } from "./read/order.ts";
import type { LogReport } from "./read/types.ts";
import { withoutAddresses } from "./without-addresses.ts";

/** A report judged, and the exploration that shows a deadlock, for those who print it. */
export interface Judged {
  readonly report: TriageReport;
  readonly edges: readonly Edge[];
  readonly facts: readonly Fact[];
  readonly explored: ExploreRecord | undefined;
}

/** Facts that are named as deciding. */
const MOST_DECIDING = 2;

/** Judges a report under what is known and what the user assumes. `all`: the reports of the same log. */
export async function judge(
  report: LogReport,
  all: readonly LogReport[],
  assumed: readonly Assumption[],
): Promise<Judged> {
  const edges = edgesOf(report);
  const facts = factsOf(report, edges, assumed);
  const said: CycleVerdict = judgeByKind(report, all) ?? (await judgeCycle(report, edges, facts));
  const model = modelOf(edges, facts.filter(isGiven), false);
  return {
    edges,
    facts,
    explored: said.explored,
    report: {
      kind: report.kind,
      title: withoutAddresses(report.title),
      lines: report.lines,
      kernel: report.kernel,
      tasks: report.task === null ? [] : [`${report.task.comm}/${report.task.pid}`],
      locks: dependencyOrder(report),
      newEdge: newEdge(report),
      sameInstance: sameInstance(report),
      heldCount: report.heldCount,
      heldSeen: report.held.length,
      chainLength: report.chainLength,
      edges: edges.map((edge) => ({
        from: edge.from.class,
        to: edge.to.class,
        origin: edge.origin,
        path: functionsOf(edge.stack).map(bare),
        isNew: edge.isNew,
      })),
      complete: report.complete,
      missing: report.missing,
      verdict: said.verdict,
      condition: said.condition,
      facts: facts.map(({ rule, says, source, ifWrong, standing }) => ({
        rule,
        says,
        source,
        ifWrong,
        standing,
      })),
      outcomes: said.outcomes,
      why: said.why,
      model: model === undefined ? [] : modelLines(model),
      witness: null,
    },
  };
}

/** What stands: rules, and what the user says. */
const isGiven = ({ standing }: Fact): boolean => standing !== "possible";

interface CycleVerdict extends KindVerdict {
  readonly outcomes: readonly TriageOutcome[];
  readonly explored?: ExploreRecord | undefined;
}

/** A cycle: what the model of it does, with what stands, and with what may be so. */
async function judgeCycle(
  report: LogReport,
  edges: readonly Edge[],
  facts: readonly Fact[],
): Promise<CycleVerdict> {
  const unknown = (why: string): CycleVerdict => ({ verdict: "unknown", condition: null, why, outcomes: [] });
  if (edges.length === 0)
    return unknown(`the dependencies that close the cycle are not all here: missing ${missingText(report)}`);
  const given = facts.filter(isGiven);
  const first = await tried(edges, given);
  if (first.deadlock === null) return unknown("no model of these paths could be explored to its end");
  if (!first.deadlock) {
    const named = given.filter(({ effect }) => effect !== "run-time" && effect !== "shared");
    if (named.length === 0)
      return unknown(
        "the model of these paths does not deadlock, but no named fact says why the report would be wrong",
      );
    return {
      verdict: "spurious",
      condition: null,
      why: `under ${named.map(({ says, standing }) => `${standing === "assumed" ? "your assumption" : "the fact"} "${says}"`).join(" and ")}, no interleaving of ${first.tasks} tasks deadlocks`,
      outcomes: [],
    };
  }
  if (!report.complete && !given.some(({ standing }) => standing === "assumed"))
    return {
      ...unknown(`the excerpt is cut: missing ${missingText(report)}; what is there would close a cycle`),
      explored: first.record,
    };
  const deciding = await decidingFacts(edges, given, facts);
  if (deciding.length > 0)
    return {
      verdict: "unknown",
      condition: null,
      why: `what is in the log closes a cycle, unless ${deciding.map(({ says }) => says).join(", or unless ")}`,
      outcomes: deciding.map(({ rule }) => ({ fact: rule, holds: "spurious", fails: "real" })),
      explored: first.record,
    };
  return {
    verdict: "real",
    condition: first.condition ?? conditionOf(edges, given),
    why: `the paths of the report, each as a task, deadlock: ${first.waits}`,
    outcomes: [],
    explored: first.record,
  };
}

function missingText({ missing }: LogReport): string {
  return missing.length === 0 ? "the order of the chain" : missing.join(", ");
}

/** Facts that may be so and of which each alone would make the report spurious. */
async function decidingFacts(
  edges: readonly Edge[],
  given: readonly Fact[],
  facts: readonly Fact[],
): Promise<Fact[]> {
  const deciding: Fact[] = [];
  for (const fact of facts) {
    if (isGiven(fact) || deciding.length === MOST_DECIDING) continue;
    if ((await tried(edges, [...given, fact])).deadlock === false) deciding.push(fact);
  }
  return deciding;
}

interface Tried {
  readonly deadlock: boolean | null;
  readonly tasks: number;
  readonly condition: string | null;
  readonly waits: string;
  readonly record: ExploreRecord | undefined;
}

/** Explores the model; where it holds and a lock is only read, once more with a writer queued. */
async function tried(edges: readonly Edge[], facts: readonly Fact[]): Promise<Tried> {
  const model = modelOf(edges, facts, false);
  if (model === undefined) {
    // What was done before anybody else could do anything leaves no task to wait for another.
    const alone = facts.some(({ effect }) => effect === "init-only");
    return { deadlock: alone ? false : null, tasks: 1, condition: null, waits: "", record: undefined };
  }
  const plain = await exploreModel(model);
  const result = (explored: typeof plain, condition: string | null): Tried => ({
    deadlock: explored.deadlock,
    tasks: model.tasks.length,
    condition,
    waits: waitsOf(explored.record),
    record: explored.record,
  });
  if (plain.deadlock !== false || !model.locks.some(({ type }) => type === "rwsem"))
    return result(plain, null);
  const written = modelOf(edges, facts, true);
  if (written === undefined) return result(plain, null);
  const queued = await exploreModel(written);
  return queued.deadlock === true ? result(queued, "needs a queued writer") : result(plain, null);
}

function waitsOf({ violations }: ExploreRecord): string {
  return (violations[0]?.waits ?? [])
    .map(
      ({ task, waitsFor, heldBy }) =>
        `${task} waits for ${waitsFor}${heldBy === null ? "" : ` of ${heldBy}`}`,
    )
    .join(", ");
}

function conditionOf(edges: readonly Edge[], given: readonly Fact[]): string | null {
  if (given.some(({ effect }) => effect === "shared")) return "if the reservation is shared";
  if (edges.some(({ origin }) => origin === "boot priming"))
    return "an edge from boot priming stands for what drivers do at run time";
  return null;
}

/** The gravest verdict of some. */
export function gravest(verdicts: readonly TriageVerdict[]): TriageVerdict | undefined {
  return (["real", "unknown", "spurious"] as const).find((verdict) => verdicts.includes(verdict));
}
