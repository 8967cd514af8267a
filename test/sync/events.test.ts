import { describe, expect, test } from "vitest";
import { EINTR } from "#shared/errno";
import { onBothBuilds } from "../support/both-builds.ts";
import { explore } from "../support/explore.ts";
import { faults, type Outcome } from "../support/program.ts";
import buffer, { whoWoke } from "../support/programs/buffer.ts";
import completions, { left, whoTook } from "../support/programs/completions.ts";
import { sweep } from "../support/trials.ts";

function inOrder(who: (root: number) => number[], expected: RegExp): (outcome: Outcome) => string {
  return (outcome) => {
    const order = who(outcome.root).join();
    return faults(outcome) || (expected.test(order) ? "" : `in the order ${order}`);
  };
}

describe("a completion", () => {
  onBothBuilds("counts, tries and starts anew", completions, { tasks: 1, rounds: 1, play: "alone" });
  const each = { tasks: 4, rounds: 3, play: "one each" } as const;
  onBothBuilds("is taken once for each time it is given", completions, each, {
    seeds: 300,
    threads: { rounds: 1_000 },
  });
  test("is taken once in every schedule of two tasks with at most two preemptions", () => {
    expect(
      explore(completions, { ...each, tasks: 2, rounds: 2 }, { preemptions: 2, most: 100_000 }).fault,
    ).toBe("");
  });
  test("is taken once where sleepers wake up for no reason", () => {
    expect(sweep(completions, each, 200, undefined, { spurious: true })).toBe("");
  });
  onBothBuilds(
    "goes to waiters in the order of their arrival, one at a time",
    completions,
    { tasks: 4, rounds: 1, play: "first come first served" },
    { judge: inOrder(whoTook, /^1,2,3$/) },
  );
  onBothBuilds("given to all is there for good", completions, { tasks: 4, rounds: 1, play: "all at once" });

  const takenOrLeft = (outcome: Outcome): string => {
    const error = outcome.results[1];
    const expected = error === EINTR ? 1 : 0;
    if (error !== 0 && error !== EINTR) return `0 or EINTR expected, got ${error}`;
    return (
      faults(outcome) || (left(outcome.root) === expected ? "" : `${error}, and ${left(outcome.root)} left`)
    );
  };
  const interrupted = { tasks: 3, rounds: 1, play: "interrupted" } as const;
  onBothBuilds("is not lost to a wait that a signal ends", completions, interrupted, { judge: takenOrLeft });
  test("is not lost in any schedule with at most two preemptions", () => {
    const bounds = { preemptions: 2, most: 200_000 };
    expect(explore(completions, interrupted, bounds, takenOrLeft).fault).toBe("");
  });
});

describe("a wait queue", () => {
  const moves = { tasks: 4, rounds: 3, play: "bounded buffer" } as const;
  onBothBuilds("loses no wake-up", buffer, moves, { seeds: 300, threads: { rounds: 1_000 } });
  test("loses no wake-up in any schedule of two tasks with at most two preemptions", () => {
    const bounds = { preemptions: 2, most: 200_000 };
    expect(explore(buffer, { ...moves, tasks: 2, rounds: 2 }, bounds).fault).toBe("");
  });
  test("works where sleepers wake up for no reason", () => {
    expect(sweep(buffer, moves, 200, undefined, { spurious: true })).toBe("");
  });
  onBothBuilds(
    "wakes as many as asked, in the order of their arrival",
    buffer,
    { tasks: 4, rounds: 1, play: "first come first served" },
    { judge: inOrder(whoWoke, /^1,(?:2,3|3,2)$/) },
  );
  onBothBuilds("does not sleep after an early wake-up", buffer, {
    tasks: 2,
    rounds: 1,
    play: "woken before asleep",
  });
});
