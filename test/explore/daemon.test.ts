import { describe, expect, test } from "vitest";
import { type Scenario, scenario } from "#scenarios/define";
import { type Addr, type Step, store } from "#shared/atomic/index";
import { allocate } from "#shared/memory/object";
import { PagePool, pagePoolInit } from "#shared/mm/page-pool";
import { kswapd } from "#shared/mm/reclaim";
import { wakeUp } from "#shared/sync/wait-queue";
import { findingsAtEnd } from "../../src/explore/findings.ts";
import { Machine } from "../../src/explore/machine.ts";
import { searchTraces } from "../../src/explore/strategy/dpor.ts";

function* waker(pool: Addr): Step<void> {
  yield* store(pool + PagePool.at.free, 4);
  yield* wakeUp(pool + PagePool.at.kswapdWait, 1);
}

function world(daemon: boolean): Scenario {
  return scenario({
    name: "test/daemon",
    claim: "",
    source: "",
    params: {},
    expect: "holds",
    mutants: {},
    modes: ["batch"],
    worldWords: () => 256,
    *setup(heap) {
      const pool = yield* allocate(heap, PagePool);
      yield* pagePoolInit(pool, 4, 1, 2);
      return pool;
    },
    tasks: () => [
      { name: "kswapd", run: kswapd, daemon },
      { name: "waker", run: waker },
    ],
    *check() {},
  }) as unknown as Scenario;
}

function kindsOf(definition: Scenario): Set<string> {
  const machine = new Machine(definition, {}, "lock");
  const kinds = new Set<string>();
  const { exhaustive } = searchTraces(machine, { executions: 1e5, steps: 1000 }, () => {
    for (const { kind } of findingsAtEnd(machine)) kinds.add(kind);
    return true;
  });
  expect(exhaustive).toBe(true);
  return kinds;
}

describe("kswapd, asleep for want of work when all others are gone,", () => {
  test("is not stuck if it is a daemon", () => expect([...kindsOf(world(true))]).toEqual([]));
  test("waits for ever if it is not", () => expect([...kindsOf(world(false))]).toEqual(["wait-forever"]));
});
