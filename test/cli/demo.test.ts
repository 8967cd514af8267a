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
  const rows = lines.slice(1, 8).map((line) => line.split(/\s+/));
  expect(rows.map(([design, mutant]) => `${design} ${mutant}`)).toEqual([
    ...freeDesigns.map((design) => `${design} none`),
    "lock shrinker-lock-unref",
  ]);
  const verdicts = new Map(rows.map((row) => [`${row[0]} ${row[1]}`, row.at(-1)]));
  for (const design of freeDesigns)
    if (design !== "list-lock") expect(verdicts.get(`${design} none`)).toBe("holds");
  // So short a race may miss these two; the status has to say so.
  const caught = ["list-lock none", "lock shrinker-lock-unref"].map((run) => verdicts.get(run));
  expect(status).toBe(caught.every((verdict) => verdict === "violated") ? 0 : 1);
  expect(lines.slice(8)).toEqual([
    "",
    expect.stringMatching(/^holds: /),
    expect.stringMatching(/^violated: /),
    expect.stringMatching(/^violated: /),
    expect.stringMatching(/^next: refzero race /),
    "",
  ]);
});
