import { describe, expect, test } from "vitest";
import { EINTR } from "#shared/errno";
import { onBothBuilds } from "../support/both-builds.ts";
import { explore } from "../support/explore.ts";
import { faults, type Outcome } from "../support/program.ts";
import bypass, { type Patience } from "../support/programs/bypass.ts";
import cycles, { type Kind as CycleKind } from "../support/programs/cycles.ts";
import waits, { type Kind, whoHad } from "../support/programs/waits.ts";
import { sweep } from "../support/trials.ts";

/** Flawless, and the tasks' results are these. */
function returning(...expected: readonly number[]): (outcome: Outcome) => string {
  return (outcome) => {
    const got = outcome.results.join();
    return faults(outcome) || (got === expected.join() ? "" : `returned ${got}: ${expected} expected`);
  };
}

describe.each<Kind>(["mutex", "ww-alone", "ww-context"])("a queue for a %s", (kind) => {
  onBothBuilds(
    "is served in the order of arrival",
    waits,
    { tasks: 4, kind, play: "in turn" },
    {
      judge(outcome) {
        const order = whoHad(outcome.root).join();
        return faults(outcome) || (order === "0,1,2,3" ? "" : `served in the order ${order}`);
      },
    },
  );
});

describe.each<Kind>(["mutex", "ww-alone", "ww-context", "ww-slow"])("a signal and a %s", (kind) => {
  onBothBuilds(
    "a sleeper gets EINTR while the lock stays taken",
    waits,
    { tasks: 3, kind, play: "interrupted while asleep" },
    { judge: returning(0, EINTR, 0) },
  );
  onBothBuilds(
    "a pending signal ends a wait but does not refuse a free lock",
    waits,
    { tasks: 2, kind, play: "interrupted before" },
    { judge: returning(0, EINTR) },
  );

  const race = { tasks: 4, kind, play: "signal against unlock" } as const;
  onBothBuilds("a lock handed over is taken in spite of a signal, and never lost", waits, race, {
    seeds: 400,
    spinLimits: [0, 20],
  });
  test("in every schedule with at most one preemption", () => {
    expect(explore(waits, race, { preemptions: 1, most: 100_000 }).fault).toBe("");
  });
});

describe.each<Patience>(["mutex", "ww-alone", "ww-context", "rwsem-write"])("barging past a %s", (way) => {
  test("happens once to who is first, then the lock is handed over", () => {
    // Asleep at most twice: queued, and once more after it was passed and asked for the lock.
    const judge = (outcome: Outcome): string =>
      faults(outcome) ||
      ((outcome.sleeps[0] ?? 0) <= 2 ? "" : `slept ${outcome.sleeps[0]} times\n${outcome.report}`);
    expect(sweep(bypass, { tasks: 2, rounds: 12, way }, 500, judge)).toBe("");
  });

  onBothBuilds(
    "does not starve who asks once",
    bypass,
    { tasks: 3, rounds: 12, way },
    { threads: { rounds: 300_000 }, spinLimits: [0] },
  );
});

test("writers do not barge past a queued reader for ever", () => {
  const most = 2;
  const judge = (outcome: Outcome): string =>
    faults(outcome) || (Number(outcome.results[0]) <= most ? "" : `passed ${outcome.results[0]} times`);
  expect(sweep(bypass, { tasks: 3, rounds: 40, way: "rwsem-read" }, 3000, judge)).toBe("");
});

describe("cycles", () => {
  const patterns: readonly [string, string, number][] = [
    ["AA", "AA", 1],
    ["ABBA", "AB,BA", 2],
    ["ABBCCA", "AB,BC,CA", 3],
    ["ABCABC", "AB,CA,BC", 3],
    ["ABBCCDDA", "AB,BC,CD,DA", 4],
    ["ABCDBDDA", "AB,CD,BD,DA", 4],
    ["ABCDBCDA", "AB,CD,BC,DA", 4],
  ];
  const anything = (): string => "";
  describe.each<CycleKind>(["spinlock", "mutex", "rwsem-write"])("%s", (kind) => {
    test.each(patterns)("%s: %s", (_name, orders, tasks) => {
      // One preemption a task but the last is enough to close any of these cycles.
      const bounds = { preemptions: tasks - 1, most: 200_000 };
      const found = sweep(cycles, { tasks, kind, orders }, 3000, ({ end }) =>
        end === "deadlock" ? end : "",
      );
      if (tasks > 2) return expect(found).toMatch(/deadlock$/);
      const { ends, fault } = explore(cycles, { tasks, kind, orders }, bounds, anything);
      expect(fault).toBe("");
      expect(ends.deadlock ?? 0).toBeGreaterThan(0);
    });

    test("the same order everywhere never deadlocks", () => {
      const { ends } = explore(
        cycles,
        { tasks: 2, kind, orders: "ABC,AC" },
        { preemptions: 2, most: 200_000 },
        faults,
      );
      expect(Object.keys(ends)).toEqual(["finished"]);
    });
  });

  test("reading, then writing the same rwsem deadlocks", () => {
    expect(sweep(cycles, { tasks: 1, kind: "rwsem-upgrade", orders: "AA" }, 1)).toMatch(/deadlock/);
  });
});
