import { type Model, modelScenario } from "#scenarios/triage/model";
import { type Exploration, explore } from "../explore/explore.ts";
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
  const found: Exploration = await explore({
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
  });
  const deadlock = found.witnesses.some(({ finding }) => finding.kind === "deadlock");
  const through = found.saved === undefined;
  return { deadlock: deadlock ? true : through ? false : null, record: recordOf(found, scenario) };
}
