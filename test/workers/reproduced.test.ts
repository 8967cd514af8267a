import { describe, expect, test } from "vitest";
import { explore } from "../../src/explore/explore.ts";
import { replay } from "../../src/explore/replay.ts";
import { scheduleOf, toRecord } from "../../src/explore/to-record.ts";
import { outcomeOf } from "../../src/workers/follow-outcome.ts";
import { follow, type Ready, ready } from "./follows.ts";

/** What explore finds, as its schedule says it is to be replayed. */
async function replayOf({ scenario, params }: Ready): Promise<ReturnType<typeof replay>> {
  const options = {
    scenario,
    params,
    strategy: "dpor",
    granularity: "lock",
    bound: 0,
    depth: 1,
    seed: 0,
    executions: 1e6,
    seconds: 60,
    steps: 10_000,
    shrink: 20_000,
    keepGoing: false,
  } as const;
  const record = toRecord(options, await explore(options), "a test");
  const [violation] = record.violations;
  if (violation === undefined) throw new Error(`${scenario.named} holds`);
  return replay(scenario, params, scheduleOf(record, violation, scenario.named));
}

describe("a schedule on real threads ends in what it ended in before, 20 times of 20:", () => {
  test.each([
    ["shmem/free-vs-shrinker", "shrinker-plain-get"],
    ["shmem/free-vs-shrinker", "lost-wakeup"],
    ["ww/abba", "no-backoff"],
    ["kref/get-unless-zero", "plain-get"],
  ])(
    "%s, mutant %s",
    async (name, mutant) => {
      const prepared = await ready(name, { mutant });
      const replayed = await replayOf(prepared);
      const { plan, values, words, tasks, violation, finding } = replayed;
      const { kind = null, object = null } = violation ?? {};
      expect(kind).not.toBeNull();
      const alone = { plan, values, words, tasks, kind, object, address: finding?.object ?? 0 };
      for (let round = 0; round < 20; round++) {
        const outcome = outcomeOf(await follow(prepared, plan), alone);
        expect({ round, ...outcome }).toMatchObject({ round, same: true, kind, object, difference: null });
      }
    },
    120_000,
  );
});
