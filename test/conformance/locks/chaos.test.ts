import { afterAll, describe, expect, test } from "vitest";
import { faults } from "../../support/program.ts";
import buffer from "../../support/programs/buffer.ts";
import completions from "../../support/programs/completions.ts";
import exclusion, { type Way } from "../../support/programs/exclusion.ts";
import lookup from "../../support/programs/lookup.ts";
import rwsemPair from "../../support/programs/rwsem-pair.ts";
import wwStress from "../../support/programs/ww-stress.ts";
import { ThreadTeam } from "../../support/threads.ts";

// The blocking build behind the gated door, which delays threads at random steps: the lengths of critical sections
// and the places of preemptions are no longer what the machine happens to make them.

const team = new ThreadTeam(undefined, ["refzero-gated"]);
afterAll(() => team.close());

const chaos = 30;
const ways: readonly Way[] = ["spinlock", "mutex", "rwsem-downgrade", "ww-mixed", "ww-trylock"];

describe("with delays at random steps, real threads", () => {
  test.each(ways)("hold a %s one at a time", async (way) => {
    const params = { tasks: 4, rounds: 1_000, way, algorithm: "wound-wait" } as const;
    expect(faults(await team.run(exclusion, params, { chaos, seed: 3 }))).toBe("");
  });

  test.each(["wait-die", "wound-wait"] as const)(
    "get through random transactions under %s",
    async (algorithm) => {
      const params = {
        tasks: 4,
        rounds: 150,
        algorithm,
        shape: "mixed",
        locks: 6,
        held: 4,
        seed: 5,
        mutant: 0,
      } as const;
      expect(
        faults(await team.run(wwStress, { ...params, inject: 0 }, { chaos, seed: 5, spinLimit: 20 })),
      ).toBe("");
    },
  );

  test("read and write under a rwsem", async () => {
    expect(faults(await team.run(rwsemPair, { tasks: 4, rounds: 400, writers: 2 }, { chaos, seed: 7 }))).toBe(
      "",
    );
  });

  test("lose no wake-up, no completion, no reference", async () => {
    const each = { tasks: 4, rounds: 150 } as const;
    expect(faults(await team.run(buffer, { ...each, play: "bounded buffer" }, { chaos, seed: 11 }))).toBe("");
    expect(faults(await team.run(completions, { ...each, play: "one each" }, { chaos, seed: 13 }))).toBe("");
    expect(faults(await team.run(lookup, { ...each, objects: 60 }, { chaos, seed: 17 }))).toBe("");
  });
});
