import { describe, expect, test } from "vitest";
import { freeDesigns } from "#shared/drm/designs";
import type { RunRecord } from "../../src/record/run-record.ts";
import { checkRunRecord } from "../../src/record/run-record-schema.ts";
import { demoText } from "../../src/report/demo-text.ts";
import { raceText } from "../../src/report/race-text.ts";
import type { Style } from "../../src/report/style.ts";
import { deadlocked, died, holds, inconclusive, interrupted, soaked, violated } from "./records.ts";

const plainStyle: Style = { color: false, unicode: true, columns: 100 };
const golden = (name: string): string => `../golden/${name}.txt`;
const records: Readonly<Record<string, RunRecord>> = {
  holds,
  violated,
  deadlocked,
  died,
  inconclusive,
  interrupted,
  soaked,
};

describe("the report of a race", () => {
  test.each(Object.entries(records))("that is %s", async (name, record) => {
    expect(checkRunRecord(record)).toEqual(record);
    await expect(raceText(record, plainStyle, false)).toMatchFileSnapshot(golden(`race-${name}`));
  });

  test("quiet: the verdict line only, whatever the verdict", async () => {
    const lines = Object.values(records).map((record) => raceText(record, plainStyle, true));
    await expect(lines.join("")).toMatchFileSnapshot(golden("race-quiet"));
  });

  test("in ASCII", async () => {
    const text = raceText(violated, { ...plainStyle, unicode: false }, false);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
    expect(text).toMatch(/^[\x00-\x7f]*$/);
    await expect(text).toMatchFileSnapshot(golden("race-ascii"));
  });

  test("in colour: the verdict's word, and nothing else", async () => {
    const all = [holds, violated, inconclusive].map((record) =>
      raceText(record, { ...plainStyle, color: true }, true),
    );
    await expect(all.join("")).toMatchFileSnapshot(golden("race-colour"));
    const plain = raceText(holds, plainStyle, false).split("\n");
    const painted = raceText(holds, { ...plainStyle, color: true }, false).split("\n");
    const changed = painted.filter((line, index) => line !== plain[index]);
    expect(changed).toHaveLength(1);
    expect(changed[0]?.startsWith("\u001B[32mholds\u001B[39m: 0 of")).toBe(true);
  });
});

describe("the newcomer's table", () => {
  const runs = [
    ...freeDesigns.map((design) => ({ ...holds, params: { ...holds.params, design } })),
    { ...violated, nsPerFree: null },
  ];

  test("a row a race, then what it means and what to try next", async () => {
    await expect(demoText(runs, plainStyle)).toMatchFileSnapshot(golden("demo"));
  });

  test("in colour", async () => {
    await expect(demoText(runs, { ...plainStyle, color: true })).toMatchFileSnapshot(golden("demo-colour"));
  });
});
