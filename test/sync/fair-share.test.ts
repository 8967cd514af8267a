import { describe, expect, test } from "vitest";
import { lockPolicies } from "#shared/sync/lock-policy";
import { onBothBuilds, threads } from "../support/both-builds.ts";
import { faults } from "../support/program.ts";
import crowd from "../support/programs/crowd.ts";
import fairShare from "../support/programs/fair-share.ts";

describe("who is far ahead of another that wants the same lock", () => {
  test.each([2, 3])("gives it time, if 3 tasks share %s cores (threads)", async (cores) => {
    for (const policy of lockPolicies) {
      const outcome = await threads().run(fairShare, { tasks: 3, cores, policy }, { spinLimit: 100 });
      expect(faults(outcome)).toBe("");
      expect(outcome.results[0], policy).toBe(cores < 3 && policy === "bounded" ? 1 : 0);
    }
  });

  onBothBuilds(
    "gives none where nobody spins",
    fairShare,
    { tasks: 3, cores: 2, policy: "bounded" },
    { seeds: 10, spinLimits: [0] },
  );
});

describe.each(["mutex", "ww-context"] as const)("more tasks than cores at a %s", (way) => {
  test.each([1, 2])("exclude each other and come to an end: 6 tasks, told of %s (threads)", async (cores) => {
    const params = { tasks: 6, cores, rounds: 30_000, way };
    for (const spinLimit of [3, 100])
      expect(faults(await threads().run(crowd, params, { spinLimit, seconds: 60 }))).toBe("");
  });
});
