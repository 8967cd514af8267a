import type { ResolvedScenario } from "../catalogue/resolve.ts";
import type { ExploreRecord, ExploreViolation } from "../record/explore-record.ts";
import type { RaceGuide } from "../record/race-guide.ts";
import { type ExploreOptions, explore } from "./explore.ts";
import { followGuide } from "./guided.ts";
import { setUp } from "./set-up.ts";
import { toRecord } from "./to-record.ts";

/** How an interleaving was had from a race. */
export type FromRace =
  /** Every task records what it recorded on its thread, and it ends the same. */
  | "the recorded events"
  /** The record leaves too much open, or is lost: another interleaving that ends in the same kind. */
  | "a search";

/** An interleaving that ends as a race did. */
export interface RaceWitness {
  readonly from: FromRace;
  readonly record: ExploreRecord;
  readonly violation: ExploreViolation;
}

/** Steps of the guided search, and seconds of the one without a guide. */
const GUIDED_STEPS = 1_500_000;
const SEARCH_SECONDS = 10;
const MOST_STEPS = 10_000;

/**
 * Looks for an interleaving that ends in the kind of violation that a race met, by what its recorder kept of that
 * world. Undefined if none was found within the budget: that says nothing but that it was not found.
 */
export async function fromRace(
  scenario: ResolvedScenario,
  params: Readonly<Record<string, string | number>>,
  guide: RaceGuide,
  command: string,
): Promise<RaceWitness | undefined> {
  const options: ExploreOptions = {
    scenario,
    params,
    strategy: "dpor",
    granularity: "lock",
    bound: 0,
    depth: 1,
    seed: 0,
    executions: Number.MAX_SAFE_INTEGER,
    seconds: SEARCH_SECONDS,
    steps: MOST_STEPS,
    shrink: 0,
    keepGoing: false,
    wanted: [guide.kind],
  };
  return guided(options, guide, command) ?? (await searched(options, command));
}

function guided(options: ExploreOptions, guide: RaceGuide, command: string): RaceWitness | undefined {
  if (guide.tasks.every((task) => task === null)) return undefined;
  const { scenario, params } = options;
  const machine = setUp(scenario, params, options.granularity);
  const budget = { executions: 1, steps: options.steps };
  const found = followGuide(machine, guide, budget, GUIDED_STEPS);
  if (found === undefined) return undefined;
  const { length } = found.events;
  const met = { steps: length, preemptions: found.preemptions };
  const witness = { ...found, execution: 1, met, fewest: false };
  const result = {
    executions: 1,
    blocked: 0,
    steps: length,
    exhaustive: false,
    overran: false,
    longest: length,
  };
  const exploration = {
    ...result,
    machine,
    firstLook: false,
    witnesses: [witness],
    kinds: new Set([witness.finding.kind]),
    chains: { chains: [], dropped: 0 },
    advice: [],
    overranAt: undefined,
    seconds: 0,
    interrupted: false,
    saved: undefined,
  };
  return witnessFrom("the recorded events", toRecord(options, exploration, command));
}

async function searched(options: ExploreOptions, command: string): Promise<RaceWitness | undefined> {
  return witnessFrom("a search", toRecord(options, await explore(options), command));
}

function witnessFrom(from: FromRace, record: ExploreRecord): RaceWitness | undefined {
  const [violation] = record.violations;
  return violation === undefined ? undefined : { from, record, violation };
}
