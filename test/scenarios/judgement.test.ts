import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { Kept } from "../../src/matrix/kept.ts";
import { matrixModule, planModule } from "../dist.ts";

test("every row of the judgement agrees with what was expected of it", { timeout: 600_000 }, async () => {
  const { judged, rowsOf } = await planModule();
  const { judgeAll } = await matrixModule();
  const rows = (await judged([])).flatMap(rowsOf);
  const record = await judgeAll({
    rows,
    quick: true,
    raceSeconds: 2,
    budget: 60,
    jobs: availableParallelism(),
    kept: new Kept("a test", undefined, () => {}),
    signal: undefined,
    onProgress: () => {},
    command: "a test",
  });
  expect(record.rows).toHaveLength(rows.length);
  // Six ways to free, eighteen neighbours of the claim.
  expect(new Set(record.rows.map(({ design }) => design)).size).toBe(6);
  expect(new Set(record.rows.map(({ neighbour }) => neighbour)).size).toBe(18);
  const wrong = record.rows.filter(({ agrees }) => !agrees);
  expect(
    wrong.map(({ neighbour, design, conditions, open, disagreements }) => ({
      ...{ neighbour, design, conditions, open },
      disagreements: disagreements.map(({ column, by, found, witness }) => ({
        column,
        by,
        found,
        witness,
      })),
    })),
  ).toEqual([]);
});
