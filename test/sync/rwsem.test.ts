import { describe, expect, test } from "vitest";
import { onBothBuilds } from "../support/both-builds.ts";
import { explore } from "../support/explore.ts";
import { faults, type Outcome } from "../support/program.ts";
import rwsemOrder, { type Play, whoWent } from "../support/programs/rwsem-order.ts";
import rwsemPair from "../support/programs/rwsem-pair.ts";
import { sweep } from "../support/trials.ts";

describe("readers and writers", () => {
  describe.each([1, 2, 3])("%i of 4 rounds write", (writers) => {
    onBothBuilds(
      "a reader never sees half a write",
      rwsemPair,
      { tasks: 4, rounds: 4, writers },
      {
        seeds: 200,
        threads: { rounds: 3_000 },
      },
    );

    test("where sleepers wake up for no reason", () => {
      expect(sweep(rwsemPair, { tasks: 3, rounds: 4, writers }, 100, undefined, { spurious: true })).toBe("");
    });
  });

  test("in every schedule of two tasks with at most three preemptions", () => {
    const bounds = { preemptions: 3, most: 100_000 };
    expect(explore(rwsemPair, { tasks: 2, rounds: 2, writers: 2 }, bounds).fault).toBe("");
  });
});

describe("who goes first", () => {
  const orders: readonly [Play, number, RegExp][] = [
    ["a queued writer goes before later readers", 3, /^0,1,2$/],
    ["readers of a phase go in together", 4, /^0,(?:1,3|3,1),2$/],
    ["downgrade lets queued readers in", 4, /^0,3$/],
    ["downgrade lets no reader past a writer", 3, /^0,1,2$/],
  ];
  for (const [play, tasks, order] of orders) {
    const judge = (outcome: Outcome): string => {
      const went = whoWent(outcome.root).join();
      return faults(outcome) || (order.test(went) ? "" : `went in the order ${went}`);
    };
    onBothBuilds(play, rwsemOrder, { tasks, play }, { judge });
  }

  onBothBuilds(
    "reading twice deadlocks once a writer waits in between",
    rwsemOrder,
    { tasks: 2, play: "reading twice around a writer" },
    { judge: ({ end, report }) => (end === "deadlock" ? "" : `${end} instead of a deadlock: ${report}`) },
  );
});
