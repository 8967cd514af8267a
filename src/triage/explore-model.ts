import { type Model, modelScenario } from "#scenarios/triage/model";
import { type ExploreOptions, explore } from "../explore/explore.ts";
import { toRecord } from "../explore/to-record.ts";
import type { ExploreRecord } from "../record/explore-record.ts";

/** Models are small: what is not through by then is not judged. */
const SECONDS = 5;
const EXECUTIONS = 200_000;
const SHRINK = 2000;

/** What exploring a model gave. */
export interface Explored {
  /** Null where it was not through. */
  readonly deadlock: boolean | null;
  readonly record: ExploreRecord;
}

/** Tries every interleaving of a model. */
export async function exploreModel(model: Model): Promise<Explored> {
  const scenario = {
    definition: modelScenario(model),
    module: "",
    named: model.name,
    file: undefined,
    sources: new Map<string, string>(),
    locate: ({ message }: { message: string }) => ({ file: model.name, message }),
    cleanup: () => {},
  };
  const options: ExploreOptions = {
    scenario,
    params: {},
    strategy: "dpor",
    granularity: "lock",
    bound: 2,
    depth: 3,
    seed: 1,
    executions: EXECUTIONS,
    seconds: SECONDS,
    steps: 2000,
    shrink: SHRINK,
    keepGoing: false,
  };
  const found = await explore(options);
  const deadlock = found.witnesses.some(({ finding }) => finding.kind === "deadlock");
  const record = named(toRecord(options, found, ""), model);
  return { deadlock: deadlock ? true : found.exhaustive ? false : null, record };
}

/** The record with locks called by their classes: the explorer knows them as `mutex#2`. */
function named(record: ExploreRecord, model: Model): ExploreRecord {
  const seen = new Map<string, number>();
  const names = new Map<string, string>();
  for (const { type, name } of model.locks) {
    const number = (seen.get(type) ?? 0) + 1;
    seen.set(type, number);
    names.set(`${type}#${number}`, name);
  }
  const text = JSON.stringify(record).replaceAll(/\b(?:mutex|rwsem|spinlock)#\d+\b/g, (word) =>
    JSON.stringify(names.get(word) ?? word).slice(1, -1),
  );
  return JSON.parse(text) as ExploreRecord;
}
