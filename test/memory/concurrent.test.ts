import { describe } from "vitest";
import { onBothBuilds } from "../support/both-builds.ts";
import objects from "../support/programs/objects.ts";

describe("tasks that allocate and free at once", () => {
  onBothBuilds(
    "share a heap that never reuses memory",
    objects,
    { tasks: 3, rounds: 3, words: 1500, quarantine: 0 },
    { threads: { tasks: 4, rounds: 250, words: 60_000 } },
  );
  onBothBuilds(
    "share a heap that reuses what was freed a while ago",
    objects,
    { tasks: 3, rounds: 6, words: 1900, quarantine: 1 },
    { threads: { tasks: 4, rounds: 3_000, words: 20_000, quarantine: 2 } },
  );
});
