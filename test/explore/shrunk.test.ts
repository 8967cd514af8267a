import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Scenario } from "#scenarios/define";
import { add, exchangeWhen, load, read, store, write } from "#shared/atomic/index";
import { mutexLock, mutexUnlock } from "#shared/sync/mutex";
import { report } from "#shared/violation";
import type { Witness } from "../../src/explore/explore.ts";
import { findingsAtEnd } from "../../src/explore/findings.ts";
import { Machine } from "../../src/explore/machine.ts";
import { replayed } from "../../src/explore/shrink.ts";
import { DfsSearch } from "../../src/explore/strategy/dfs.ts";
import { explored, orderOf } from "./exploring.ts";
import { programOf, programs } from "./random-ops.ts";
import { type Body, smallWorld } from "./small-world.ts";

/**
 * The fewest preemptions with which any interleaving fails in this way, by trying all with 0, with 1, and so on; undefined
 * if none with as many as the witness has does. Behind a data race there may be ways to fail that end at it otherwise.
 */
function fewest(
  definition: Scenario,
  { finding, preemptions }: Witness,
  stopAtReport: "any" | "past mild ones",
): number | undefined {
  const machine = new Machine(definition, {});
  for (let bound = 0; bound <= preemptions; bound++) {
    let found = false;
    const budget = { executions: 1e6, steps: 1000, stopAtReport } as const;
    new DfsSearch(machine, bound, budget, (log) => {
      const [other] = findingsAtEnd(machine, log);
      found ||= other?.kind === finding.kind && other.object === finding.object;
      return !found;
    }).goOn(Number.POSITIVE_INFINITY);
    if (found) return bound;
  }
  return undefined;
}

const faulty = programs(
  ["load", "store", "add", "cas", "lock", "unlock", "await", "plain-read", "plain-write", "assert"],
  4,
);

test("of random programs: as few preemptions as there can be, no more steps than were met, and it fails the same way", async () => {
  let violated = 0;
  await fc.assert(
    fc.asyncProperty(faulty, fc.constantFrom("dpor", "random", "pos"), async (tasks, strategy) => {
      const definition = programOf(tasks);
      const options = { strategy, executions: 200, shrink: 1e6 } as const;
      const { witnesses, machine } = await explored(definition, options);
      const [witness] = witnesses;
      if (witness === undefined) return;
      violated++;
      expect(witness.fewest).toBe(true);
      const ways = (["any", "past mild ones"] as const).map((way) => fewest(definition, witness, way));
      expect(ways).toContain(witness.preemptions);
      expect(witness.preemptions).toBeLessThanOrEqual(witness.met.preemptions);
      if (witness.preemptions === witness.met.preemptions)
        expect(witness.events.length).toBeLessThanOrEqual(witness.met.steps);
      const [again] = findingsAtEnd(machine, replayed(machine, witness.events));
      expect(again).toMatchObject({ kind: witness.finding.kind, object: witness.finding.object });
      const [twin] = (await explored(definition, options)).witnesses;
      expect(twin && orderOf(twin)).toBe(orderOf(witness));
    }),
    { numRuns: 300, seed: 6 },
  );
  expect(violated).toBeGreaterThan(100);
}, 120_000);

describe("steps that the failure does not depend on are left out:", () => {
  const busy: Body = function* (base) {
    for (let turn = 0; turn < 12; turn++) yield* add(base + 20, 1);
  };
  const increment: Body = function* (base) {
    yield* write(base, (yield* read(base)) + 1);
  };
  const ab = (first: number, second: number): Body =>
    function* (base) {
      yield* mutexLock(base + first);
      yield* mutexLock(base + second);
      yield* mutexUnlock(base + second);
      yield* mutexUnlock(base + first);
    };
  const complaint: Body = function* (base) {
    if ((yield* load(base + 1)) === 1) report("invariant", base + 1, 1);
  };
  const faults: Readonly<Record<string, readonly [one: Body, other: Body]>> = {
    "data-race": [increment, increment],
    deadlock: [ab(4, 12), ab(12, 4)],
    invariant: [(base) => store(base + 1, 1), complaint],
  };

  for (const [kind, [one, other]] of Object.entries(faults)) {
    test.each([
      ["first", [busy, one, other], 0],
      ["last", [one, other, busy], 2],
    ] as const)(
      `${kind} of two tasks, a third that comes %s does nothing in it`,
      async (_, bodies, third) => {
        const [witness] = (await explored(smallWorld(bodies))).witnesses;
        expect(witness?.finding.kind).toBe(kind);
        expect(witness?.events.map(({ task }) => task)).not.toContain(third);
      },
    );
  }

  test("what comes after the failing step is gone; what could be left out only by a preemption is not", async () => {
    const definition = smallWorld([
      function* (base) {
        yield* store(base + 1, 1);
        yield* busy(base);
      },
      function* (base) {
        yield* exchangeWhen(base + 1, 1, 1);
        yield* complaint(base);
        yield* busy(base);
      },
    ]);
    const [witness] = (await explored(definition)).witnesses;
    expect(witness?.preemptions).toBe(0);
    expect(witness && orderOf(witness)).toBe(`${"0".repeat(13)}11`);
  });
});

test("without a budget for it, what was met is shown as it was met, but for what does not matter", async () => {
  const definition = smallWorld([(base) => write(base, 1), (base) => write(base, 2)]);
  const [witness] = (await explored(definition, { strategy: "random", shrink: 0 })).witnesses;
  expect(witness).toMatchObject({ fewest: false });
  expect(witness?.events.length).toBe(witness?.met.steps);
});
