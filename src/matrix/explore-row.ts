import { type ViolationKind, violationKinds } from "#shared/violation";
import { resolveParams } from "../catalogue/params.ts";
import type { ResolvedScenario } from "../catalogue/resolve.ts";
import { type Exploration, explore, type Witness } from "../explore/explore.ts";
import { explainedFor } from "../explore/nondeterminism.ts";
import { namesOf } from "../explore/to-record.ts";
import { usualGranularity } from "../explore/usual-granularity.ts";
import { counts } from "../record/lockdep-record.ts";
import type { MatrixExplored, MatrixLockdep } from "../record/matrix-record.ts";
import { headerOf, validated } from "./heard-lockdep.ts";
import type { RowExplored, RowOrder } from "./row-order.ts";

/** Steps of one execution, as `refzero explore` has them. */
const STEPS = 10_000;

const silent: MatrixLockdep = { verdict: "silent", reports: 0, possible: 0, first: null, dropped: 0 };

/**
 * Explores a scenario and asks lockdep, as the order says.
 * @throws UsageError if the scenario cannot be explored
 */
export async function exploreRow(scenario: ResolvedScenario, order: RowOrder): Promise<RowExplored> {
  const { definition } = scenario;
  const found = await explore({
    scenario,
    params: resolveParams(definition, order.given),
    strategy: "dpor",
    granularity: usualGranularity(definition.name),
    bound: 0,
    depth: 0,
    seed: 0,
    executions: Number.POSITIVE_INFINITY,
    seconds: order.seconds,
    steps: STEPS,
    shrink: 0,
    keepGoing: order.whole,
  }).catch((error: unknown) => {
    throw explainedFor(definition.name, error);
  });
  return {
    explore: exploredOf(found, scenario),
    lockdep: order.whole ? lockdepOf(found, definition.name) : silent,
  };
}

function exploredOf(found: Exploration, scenario: ResolvedScenario): MatrixExplored {
  const { overranAt, machine } = found;
  const at = overranAt?.at == null ? "" : `, at ${overranAt.at}`;
  return {
    kinds: violationKinds.filter((kind) => found.kinds.has(kind)),
    messages: messagesOf(found, scenario),
    advice: [...new Set(found.advice.map(({ kind }) => kind))],
    exhaustive: found.exhaustive,
    executions: found.executions,
    seconds: found.seconds,
    overran: overranAt === undefined ? null : `${machine.names[overranAt.task]}${at}`,
  };
}

/** What was kept of each kind, in one sentence. */
function messagesOf({ witnesses, machine }: Exploration, scenario: ResolvedScenario): Record<string, string> {
  const first = new Map<ViolationKind, Witness>();
  for (const witness of witnesses)
    if (!first.has(witness.finding.kind)) first.set(witness.finding.kind, witness);
  return Object.fromEntries(
    [...first].map(([kind, { finding, execution, preemptions }]) => {
      const { task, message } = namesOf(machine, { ...finding, object: 0, waits: [] }, scenario);
      const by = task === null ? "" : ` by ${task}`;
      const plural = preemptions === 1 ? "" : "s";
      return [kind, `${message}${by}, execution ${execution}, ${preemptions} preemption${plural}`];
    }),
  );
}

function lockdepOf({ chains }: Exploration, name: string): MatrixLockdep {
  const { whole } = validated(chains, headerOf(chains, name), "live");
  const possible = whole.reports.filter(counts);
  const first = possible[0] ?? whole.reports[0];
  return {
    verdict: first === undefined ? "silent" : possible.length > 0 ? "possible" : "spurious",
    reports: whole.reports.length,
    possible: possible.length,
    first: first === undefined ? null : `${first.kind}: ${first.message}`,
    dropped: chains.dropped,
  };
}
