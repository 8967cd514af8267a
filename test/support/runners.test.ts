import { afterAll, describe, expect, test } from "vitest";
import { explore } from "./explore.ts";
import { faults } from "./program.ts";
import cycles from "./programs/cycles.ts";
import stuck, { type Play } from "./programs/stuck.ts";
import { followOrder, randomScheduler } from "./scheduler.ts";
import { ThreadTeam } from "./threads.ts";
import { sweep, Trial } from "./trials.ts";

// The runners themselves: a test that hangs must fail with a message, and a search must find what is there.

const team = new ThreadTeam();
afterAll(() => team.close());

describe("threads that never end are reported", () => {
  const plays: readonly [Play, string, RegExp][] = [
    ["spins for ever", "hung", /task 0: aborted/],
    ["computes for ever", "hung", /task 0: not back/],
    ["sleeps for ever", "deadlock", /task \d: aborted +; waits for \d+/],
    ["throws while others sleep", "threw", /task 0: threw Error: this task has had enough/],
  ];
  test.each(plays)("one that %s as %s", { timeout: 10_000 }, async (play, end, report) => {
    const outcome = await team.run(
      stuck,
      { tasks: play === "throws while others sleep" ? 1 : 2, play },
      { seconds: 1 },
    );
    expect(outcome.end).toBe(end);
    expect(outcome.report).toMatch(report);
  });

  test("and the next run is a good one", async () => {
    expect(faults(await team.run(cycles, { tasks: 2, kind: "mutex", orders: "AB,AB" }))).toBe("");
  });
});

describe("steps that never end are reported", () => {
  const plays: readonly [Play, string][] = [
    ["spins for ever", "deadlock"],
    ["computes for ever", "livelock"],
    ["sleeps for ever", "deadlock"],
  ];
  test.each(plays)("a task that %s as %s", (play, end) => {
    const outcome = new Trial(stuck, { tasks: 2, play }).run(randomScheduler(1));
    expect(outcome.end).toBe(end);
    expect(outcome.report).toMatch(/task 1: /);
  });
});

describe("the search", () => {
  test("tries every schedule: two tasks of two steps have six", () => {
    // A spinlock each: one step to take it, one to release it.
    const { executions, fault } = explore(
      cycles,
      { tasks: 2, kind: "spinlock", orders: "A,B" },
      { preemptions: 9, most: 100 },
    );
    expect(fault).toBe("");
    expect(executions).toBe(6);
  });

  test("says so when it has not tried all", () => {
    const bounds = { preemptions: 9, most: 5 };
    expect(explore(cycles, { tasks: 2, kind: "spinlock", orders: "A,B" }, bounds).fault).toBe(
      "more than 5 executions",
    );
  });

  test("finds a deadlock that needs one preemption, and none without", () => {
    const params = { tasks: 2, kind: "spinlock", orders: "AB,BA" } as const;
    expect(explore(cycles, params, { preemptions: 0, most: 1000 }).fault).toBe("");
    expect(explore(cycles, params, { preemptions: 1, most: 1000 }).fault).toMatch(/deadlock/);
  });

  test("a seed decides the schedule", () => {
    const params = { tasks: 3, kind: "spinlock", orders: "AB,BC,CA" } as const;
    const first = sweep(cycles, params, 200);
    expect(first).toMatch(/seed \d+: deadlock/);
    expect(sweep(cycles, params, 200)).toBe(first);
  });

  test("an order can be written down", () => {
    const params = { tasks: 2, kind: "spinlock", orders: "AB,BA" } as const;
    expect(new Trial(cycles, params).run(followOrder([0, 1])).end).toBe("deadlock");
    expect(new Trial(cycles, params).run(followOrder([0, 0])).end).toBe("finished");
  });
});
