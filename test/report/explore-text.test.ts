import { describe, expect, test } from "vitest";
import type { ExploreRecord } from "../../src/record/explore-record.ts";
import { exploreText, exploreVerdict } from "../../src/report/explore-text.ts";
import type { Style } from "../../src/report/style.ts";
import { exploration, step, violation } from "./witness.ts";

// What people read, as golden files: review the difference, then `npx vitest run test/report -u`.

const wide: Style = { color: false, unicode: true, columns: 120 };
const golden = (name: string): string => `../golden/explore-${name}.txt`;

const race = violation(
  "data-race",
  {
    steps: [
      step(1, 0, { did: "plain read", effect: "= 1" }),
      step(2, 0, { isPrivate: true, on: "local of mine#1" }),
      step(3, 0, { isPrivate: true, on: "local of mine#1" }),
      step(4, 1, { did: "plain write", effect: "1 -> 5", switched: "preempted", calls: ["run", "inner"] }),
      step(5, 0, { did: "plain write", effect: "5 -> 2", switched: "finished" }),
    ],
    accesses: [
      {
        step: 4,
        task: "task-1",
        access: "plain write",
        on: "a of mine#1",
        before: 1,
        after: 5,
        at: "mine.ts:4:5",
      },
      {
        step: 5,
        task: "task-0",
        access: "plain write",
        on: "a of mine#1",
        before: 5,
        after: 2,
        at: "mine.ts:5:5",
      },
    ],
  },
  { other: "task-1" },
);

describe("a data race shows both accesses with the value before and after", () => {
  test.each([
    ["data-race", 120],
    ["data-race-list", 99],
  ])("%s", async (name, columns) => {
    await expect(exploreText(exploration([race]), { ...wide, columns }, false)).toMatchFileSnapshot(
      golden(name),
    );
  });
});

test("a use after free names the last writer, a deadlock who waits for whom", async () => {
  const lastWriter = { step: 2, task: "task-1", did: "free", at: "mine.ts:2:5" };
  const steps = [
    step(1, 0, {}),
    step(2, 1, { did: "free", switched: "preempted" }),
    step(3, 0, { switched: "finished" }),
  ];
  const waits = [
    { task: "task-0", waitsFor: "b of mine#1", heldBy: "task-1" },
    { task: "task-1", waitsFor: "c of mine#1", heldBy: null },
  ];
  const text = exploreText(
    exploration([violation("use-after-free", { steps, lastWriter }, { waits })]),
    wide,
    false,
  );
  await expect(text).toMatchFileSnapshot(golden("reasons"));
});

test("more than four tasks at work are a list, however wide", () => {
  const steps = [0, 1, 2, 3, 4].map((id) => step(id + 1, id, { switched: id === 0 ? null : "finished" }));
  const text = exploreText(
    exploration([violation("invariant", { steps })]),
    { ...wide, columns: 400 },
    false,
  );
  expect(text).toMatch(/^ +task-4$/m);
});

test("colour bolds the failing step and paints the verdict only; ASCII has no dot", () => {
  const text = exploreText(exploration([race]), { color: true, unicode: false, columns: 120 }, false);
  expect(text).toContain("\u001b[31mviolated\u001b[39m: data-race");
  const [last = ""] = text.split("\n").filter((line) => line.includes("<== here"));
  expect(last.startsWith("\u001b[1m") && last.endsWith("\u001b[22m")).toBe(true);
  expect(text.split("\n")[0]).toBe("mine/test size=2 - 2 tasks - granularity lock - optimal DPOR");
});

describe("the verdict claims exactly what was done:", () => {
  const cases: readonly (readonly [what: string, facts: Partial<ExploreRecord>, verdict: string])[] = [
    [
      "every trace",
      {},
      "holds for 2 tasks, every interleaving, 8,412 traces (0 blocked), 0.25 s. Proved for these tasks at granularity lock, and no further.",
    ],
    [
      "every interleaving",
      { strategy: "dfs" },
      "holds for 2 tasks, every interleaving, 8,412 executions, 0.25 s. Proved for these tasks at granularity lock, and no further.",
    ],
    [
      "up to a bound",
      { strategy: "bounded", bound: 1 },
      "holds for 2 tasks, every interleaving of 1 preemption at most, 8,412 executions, 0.25 s. Proved for these tasks at granularity lock, and no further.",
    ],
    [
      "not all",
      { exhaustive: false, executions: 1_000_000 },
      "holds: no violation in 1,000,000 executions (not exhaustive), 0.25 s. Not a proof.",
    ],
    [
      "by chance",
      {
        exhaustive: false,
        strategy: "pct",
        pct: { depth: 2, probability: 0.01, steps: 50 },
        executions: 100,
      },
      "holds: no violation in 100 executions (not exhaustive), 0.25 s. A bug of depth 2 is met by one execution with at least 1.0e-2 (1 / (tasks x steps^(depth-1)), 50 steps); missed by all with at most 3.7e-1.",
    ],
    [
      "nothing",
      { exhaustive: false, executions: 0, verdict: "inconclusive" },
      "inconclusive: no execution was finished in 0.25 s",
    ],
    [
      "a loop",
      { exhaustive: false, overran: true, verdict: "inconclusive" },
      "inconclusive: execution 8,413 passed the limit of steps (a loop that spins? Add `yield* cpuRelax(turn)` to it, or raise --max-steps), 0.25 s",
    ],
  ];
  test.each(cases)("%s", (_, facts, verdict) => {
    expect(exploreVerdict(exploration([], facts))).toBe(verdict);
  });

  test("what was found says how small it is, and whether it is known to be the fewest", () => {
    expect(exploreVerdict(exploration([race]))).toBe(
      "violated: data-race on a of mine#1, execution 3, 0.25 s: something that does not hold (5 steps, 1 preemption, the fewest; found: 1,234 steps, 4)",
    );
    const unsure = exploreVerdict(
      exploration([{ ...race, fewest: false, object: null }, race], { firstLook: true }),
    );
    expect(unsure).toBe(
      "violated: data-race, execution 3 of the first look, 0.25 s: something that does not hold (5 steps, 1 preemption; found: 1,234 steps, 4), and 1 more kept",
    );
  });
});
