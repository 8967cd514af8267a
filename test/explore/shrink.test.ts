import { describe, expect, test } from "vitest";
import { resolveParams } from "../../src/catalogue/params.ts";
import { type Exploration, explore } from "../../src/explore/explore.ts";
import { catalogued } from "./catalogued.ts";

function run(
  name: string,
  params: Readonly<Record<string, string>>,
  granularity: "atomic" | "lock",
): Promise<Exploration> {
  const scenario = catalogued(name);
  return explore({
    scenario,
    params: resolveParams(scenario.definition, params),
    strategy: "dpor",
    granularity,
    bound: 0,
    depth: 3,
    seed: 1,
    executions: 1e6,
    seconds: 60,
    steps: 10_000,
    shrink: 1_000_000,
    keepGoing: false,
  });
}

describe("what was found is shown with the fewest preemptions that do it", () => {
  for (const [name, params, granularity] of [
    ["dpor/phil", { n: "4" }, "atomic"],
    ["dpor/shrink", { bug: "1" }, "atomic"],
    ["ww/abba", { mutant: "no-backoff" }, "lock"],
    ["shmem/free-vs-shrinker", { mutant: "shrinker-plain-get" }, "lock"],
    ["shmem/free-vs-shrinker", { mutant: "lost-wakeup" }, "lock"],
  ] as const) {
    test(`${name} ${JSON.stringify(params)}: one, and the same kind`, async () => {
      const [witness] = (await run(name, params, granularity)).witnesses;
      expect(witness?.preemptions).toBe(1);
      expect(witness?.fewest).toBe(true);
      expect(witness?.met.preemptions).toBeGreaterThanOrEqual(1);
    });
  }

  test("a fault that needs none is shown without: one task alone does it", async () => {
    const { witnesses } = await run("shmem/free-vs-shrinker", { mutant: "put-under-own-lock" }, "lock");
    const [witness] = witnesses;
    expect(witness?.finding.kind).toBe("deadlock");
    expect(witness?.preemptions).toBe(0);
  });

  test("twice gives the same interleaving", async () => {
    const order = async (): Promise<number[]> =>
      (await run("dpor/shrink", { bug: "1" }, "atomic")).witnesses.flatMap(({ events }) =>
        events.map(({ task }) => task),
      );
    expect(await order()).toEqual(await order());
  });
});
