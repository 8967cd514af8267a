import { describe, expect, test } from "vitest";
import { EDEADLK } from "#shared/errno";
import { WW_MUTANT } from "#shared/sync/ww-context";
import { onBothBuilds } from "../support/both-builds.ts";
import { explore } from "../support/explore.ts";
import { faults, type Outcome } from "../support/program.ts";
import wwAge, { type Meeting } from "../support/programs/ww-age.ts";
import wwBasics from "../support/programs/ww-basics.ts";
import wwStress from "../support/programs/ww-stress.ts";
import type { Algorithm } from "../support/programs/ww-world.ts";
import wwWound, { type Wound } from "../support/programs/ww-wound.ts";
import { sweep } from "../support/trials.ts";

function returning(...expected: readonly number[]): (outcome: Outcome) => string {
  return (outcome) => {
    const got = outcome.results.join();
    return faults(outcome) || (got === expected.join() ? "" : `returned ${got}: ${expected} expected`);
  };
}

const algorithms: readonly Algorithm[] = ["wait-die", "wound-wait"];

describe("a requester meets a holder", () => {
  // What the older task, the younger and the one without a context end with; wounded holders say EDEADLK.
  const meetings: readonly [Meeting, Record<Algorithm, readonly number[]>][] = [
    ["the younger asks, holding another lock", { "wait-die": [0, EDEADLK], "wound-wait": [0, 0] }],
    ["the younger asks, holding nothing", { "wait-die": [0, 0], "wound-wait": [0, 0] }],
    ["the older asks, holding another lock", { "wait-die": [0, 0], "wound-wait": [0, EDEADLK] }],
    ["the older asks, holding nothing", { "wait-die": [0, 0], "wound-wait": [0, 0] }],
    ["the holder has no context", { "wait-die": [0, 0, 0], "wound-wait": [0, 0, 0] }],
    ["the older queues in front of the younger", { "wait-die": [0, EDEADLK, 0], "wound-wait": [0, 0, 0] }],
    ["the younger finds the older in the queue", { "wait-die": [0, EDEADLK, 0], "wound-wait": [0, 0, 0] }],
  ];
  describe.each(algorithms)("%s", (algorithm) => {
    for (const [meeting, expected] of meetings) {
      const ends = expected[algorithm];
      const params = { tasks: ends.length, algorithm, meeting, stampsFrom: 0 };
      onBothBuilds(meeting, wwAge, params, { judge: returning(...ends) });
      test(`${meeting}, while the stamps wrap around`, () => {
        expect(sweep(wwAge, { ...params, stampsFrom: 0x7ffffffe }, 50, returning(...ends))).toBe("");
      });
    }
  });
});

describe("a wound", () => {
  const wounds: readonly [Wound, number][] = [
    ["reaches a task asleep on another lock", EDEADLK],
    ["is noticed at the next contended lock", EDEADLK],
    ["is stale once nothing is held", 0],
    ["is stale once nothing is held, by trylock", 0],
  ];
  for (const [wound, error] of wounds) {
    onBothBuilds(wound, wwWound, { tasks: 3, wound }, { judge: returning(0, error, 0) });
  }

  const stealing = { tasks: 3, wound: "is dealt to who steals past an older waiter" } as const;
  onBothBuilds("is dealt to who steals past an older waiter", wwWound, stealing, { seeds: 300 });
  test("stealing past an older waiter does happen", () => {
    const stolen = (outcome: Outcome): string => (outcome.results[1] === 1 ? "stolen" : "");
    expect(sweep(wwWound, stealing, 300, stolen)).toMatch(/stolen$/);
  });
});

describe("back-offs", () => {
  const crossed = {
    tasks: 2,
    test: "T3",
    algorithm: "wait-die" as Algorithm,
    mutant: 0,
    spins: 0,
    tries: 0,
    inContext: 1,
    trylock: 0,
    resolves: 1,
  } as const;

  describe.each(algorithms)("%s", (algorithm) => {
    const random = {
      tasks: 4,
      rounds: 3,
      algorithm,
      shape: "mixed",
      locks: 4,
      held: 3,
      seed: 1,
      mutant: 0,
      inject: 0,
    } as const;

    onBothBuilds(
      "injected ones are survived",
      wwStress,
      { ...random, inject: 1 },
      { threads: { rounds: 500 } },
    );

    test("injected ones do happen, without anybody else around", () => {
      // The first context has stamp 1: its second successful lock while holding one is taken back.
      const judge = (outcome: Outcome): string =>
        faults(outcome) || (Number(outcome.results[0]) > 0 ? "" : "nothing was injected");
      expect(
        sweep(wwStress, { ...random, tasks: 1, rounds: 8, shape: "in-order", inject: 1 }, 1, judge),
      ).toBe("");
      const none = returning(0);
      expect(sweep(wwStress, { ...random, tasks: 1, rounds: 8, shape: "in-order" }, 1, none)).toBe("");
    });

    onBothBuilds(
      "locks that never tell anybody to back off deadlock",
      wwBasics,
      { ...crossed, algorithm, mutant: WW_MUTANT.NO_BACKOFF },
      { judge: ({ end, report }) => (end === "deadlock" ? "" : `${end} instead of a deadlock: ${report}`) },
    );

    test("with them, no schedule of two crossed tasks with at most two preemptions deadlocks", () => {
      const bounds = { preemptions: 2, most: 200_000 };
      expect(explore(wwBasics, { ...crossed, algorithm }, bounds, returning(0, 0)).fault).toBe("");
    });

    test("an unlock that forgets to wake is noticed as a lost wake-up", () => {
      const lost = sweep(
        wwStress,
        { ...random, shape: "single", locks: 1, held: 1, mutant: WW_MUTANT.LOST_WAKEUP },
        100,
      );
      expect(lost).toMatch(/deadlock/);
      // Asleep on a lock that is free: nobody holds it, and nobody will ever wake the sleeper.
      expect(lost).toMatch(/ASLEEP .* waits for \d+, whose word is 0x[1-7] /);
    });
  });
});
