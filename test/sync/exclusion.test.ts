import { describe, expect, test } from "vitest";
import { onBothBuilds } from "../support/both-builds.ts";
import { explore } from "../support/explore.ts";
import exclusion, { type Way } from "../support/programs/exclusion.ts";
import { sweep } from "../support/trials.ts";

const ways: readonly Way[] = [
  "raw-spin",
  "spinlock",
  "spin-trylock",
  "mutex",
  "mutex-interruptible",
  "mutex-trylock",
  "rwsem-write",
  "rwsem-write-trylock",
  "rwsem-downgrade",
  "ww-alone",
  "ww-interruptible",
  "ww-context",
  "ww-trylock",
  "ww-mixed",
];

describe.each(ways)("one at a time: %s", (way) => {
  const params = { tasks: 3, rounds: 3, way, algorithm: "wound-wait" } as const;

  onBothBuilds("nobody meets, no count is lost, nothing is left behind", exclusion, params, {
    seeds: 150,
    threads: { tasks: 4, rounds: 20_000 },
  });

  test("in every schedule of two tasks with at most three preemptions", () => {
    const bounds = { preemptions: 3, most: 50_000 };
    expect(explore(exclusion, { ...params, tasks: 2, rounds: 1 }, bounds).fault).toBe("");
  });

  test("where sleepers wake up for no reason", () => {
    expect(sweep(exclusion, params, 100, undefined, { spurious: true })).toBe("");
  });
});
