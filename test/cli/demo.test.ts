import { expect, test } from "vitest";
import { freeDesigns } from "#shared/drm/designs";
import { refzero } from "./cli.ts";

test("the demo races each design and one mutant, and says what that means", async () => {
  const { status, stdout, stderr } = await refzero(["demo", "--seconds", "1"]);
  expect(stderr).toBe("");
  const lines = stdout.split("\n");
  expect(lines[0]?.split(/\s{2,}/)).toEqual([
    "design",
    "mutant",
    "worlds",
    "frees",
    "overlap",
    "contended frees",
    "ns a free",
    "verdict",
  ]);
  const rows = lines.slice(1, 6).map((line) => line.split(/\s+/));
  expect(rows.map(([design, mutant]) => `${design} ${mutant}`)).toEqual([
    ...freeDesigns.map((design) => `${design} none`),
    "lock shrinker-lock-unref",
  ]);
  expect(rows.slice(0, 4).map((row) => row.at(-1))).toEqual(["holds", "holds", "holds", "holds"]);
  // So short a race may miss the mutant; the status has to say so.
  expect(status).toBe(rows[4]?.at(-1) === "violated" ? 0 : 1);
  expect(lines.slice(6)).toEqual([
    "",
    expect.stringMatching(/^holds: /),
    expect.stringMatching(/^violated: /),
    expect.stringMatching(/^next: refzero race /),
    "",
  ]);
});
