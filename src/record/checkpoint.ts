import * as v from "valibot";
import { UsageError } from "./usage-error.ts";

/** The version of checkpoint files that is written and read. */
export const CHECKPOINT_VERSION = 1;

/** What an exploration is of: a checkpoint goes on with the same only. */
export interface ExplorationKey {
  scenario: string;
  params: Record<string, string | number>;
  strategy: string;
  granularity: string;
  bound: number;
  depth: number;
  seed: number;
  maxSteps: number;
  keepGoing: boolean;
}

/** Where an exploration stopped. `search` is the strategy's own. */
export interface Checkpoint {
  format: "refzero-checkpoint";
  version: typeof CHECKPOINT_VERSION;
  key: ExplorationKey;
  search: object;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const size = v.pipe(v.number(), v.integer());
const planned = { task: count, addr: count, writes: count, size, outcome: count, outcomes: count };
interface Node {
  task: number;
  addr: number;
  writes: number;
  size: number;
  outcome: number;
  outcomes: number;
  children: Node[];
}
const node: v.GenericSchema<Node> = v.lazy(() => v.strictObject({ ...planned, children: v.array(node) }));
const sampling = v.strictObject({ executions: count, steps: count });
const choice = v.strictObject({ task: count, outcome: count });
const dfs = v.strictObject({
  executions: count,
  steps: count,
  open: v.pipe(v.array(v.pipe(v.array(choice), v.minLength(1))), v.minLength(1)),
  done: v.array(count),
});
const dpor = v.strictObject({
  executions: count,
  blocked: count,
  steps: count,
  path: v.pipe(v.array(v.tuple([count, count])), v.minLength(1)),
  sleep: v.array(v.array(v.strictObject(planned))),
  wakeup: v.array(v.array(node)),
  lots: v.array(v.array(count)),
  done: v.array(count),
});
const schema = v.strictObject({
  format: v.literal("refzero-checkpoint"),
  version: v.literal(CHECKPOINT_VERSION),
  key: v.strictObject({
    scenario: v.string(),
    params: v.record(v.string(), v.union([v.string(), v.number()])),
    strategy: v.string(),
    granularity: v.string(),
    bound: v.number(),
    depth: v.number(),
    seed: v.number(),
    maxSteps: v.number(),
    keepGoing: v.boolean(),
  }),
  search: v.union([dpor, dfs, sampling]),
});

/**
 * Reads the text of a checkpoint file, which has to be of the exploration that `key` says; the seed counts only
 * where `sameSeed`.
 * @throws UsageError BAD_FILE
 */
export function parseCheckpoint(
  file: string,
  content: string,
  key: ExplorationKey,
  sameSeed: boolean,
): Checkpoint {
  const refuse = (reason: string): never => {
    throw new UsageError("BAD_FILE", { file, reason });
  };
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return refuse("it is no JSON, or cut off; a checkpoint is what explore --checkpoint writes");
  }
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return refuse(
      `it is no checkpoint of this version: ${v.getDotPath(issue) ?? "checkpoint"}: ${issue.message}`,
    );
  }
  const checkpoint = parsed.output as Checkpoint;
  for (const name of Object.keys(key) as (keyof ExplorationKey)[]) {
    if (name === "seed" && !sameSeed) continue;
    const [saved, asked] = [JSON.stringify(checkpoint.key[name]), JSON.stringify(key[name])];
    if (saved !== asked) return refuse(`it is of another exploration: ${name} ${saved}, not ${asked}`);
  }
  return checkpoint;
}
