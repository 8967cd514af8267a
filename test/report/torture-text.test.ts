import { describe, expect, test } from "vitest";
import { checkRunRecord } from "../../src/record/run-record-schema.ts";
import type { RunTorture } from "../../src/record/torture-record.ts";
import { raceText } from "../../src/report/race-text.ts";
import { endOfTest, statisticsLine } from "../../src/report/torture-text.ts";
import { holds } from "./records.ts";

const mutex: RunTorture = {
  type: "mutex_lock",
  parameters: { nwriters_stress: 2, long_hold: 100, stutter: 5 },
  writes: { total: 300, max: 200, min: 100, fail: 0 },
  reads: null,
};

describe("a line of statistics", () => {
  test.each([
    [{ total: 300, max: 200, min: 100, fail: 0 }, "Writes:  Total: 300  Max/Min: 200/100   Fail: 0 "],
    // Half of the luckiest, rounded down.
    [{ total: 301, max: 201, min: 100, fail: 0 }, "Writes:  Total: 301  Max/Min: 201/100   Fail: 0 "],
    [{ total: 302, max: 202, min: 100, fail: 0 }, "Writes:  Total: 302  Max/Min: 202/100 ???  Fail: 0 "],
    // The kernel says whether, not how often.
    [{ total: 300, max: 200, min: 100, fail: 7 }, "Writes:  Total: 300  Max/Min: 200/100   Fail: 1 !!!"],
    [{ total: 5, max: 5, min: 0, fail: 1 }, "Writes:  Total: 5  Max/Min: 5/0 ???  Fail: 1 !!!"],
    [{ total: 0, max: 0, min: 0, fail: 0 }, "Writes:  Total: 0  Max/Min: 0/0   Fail: 0 "],
  ])("%o", (counts, line) => {
    expect(statisticsLine("Writes", counts)).toBe(line);
  });

  test("of readers is as wide", () => {
    expect(statisticsLine("Reads ", mutex.writes)).toBe("Reads :  Total: 300  Max/Min: 200/100   Fail: 0 ");
  });
});

describe("the end of the test", () => {
  test("has locktorture's parameters by its names", () => {
    expect(endOfTest(mutex, false)).toBe(
      "mutex_lock-torture:--- End of test: SUCCESS: nwriters_stress=2 long_hold=100 stutter=5",
    );
    expect(endOfTest(mutex, true)).toMatch(/^mutex_lock-torture:--- End of test: FAILURE: /);
  });

  const style = { color: false, unicode: true, columns: 100 };
  const text = (facts: Partial<RunTorture>, record = holds): string =>
    raceText({ ...record, torture: { ...mutex, ...facts } }, style as never, false);

  test("is in the report of a race, after the readers and in place of the overlap", () => {
    const lines = text({ reads: { total: 4, max: 2, min: 2, fail: 0 } }).split("\n");
    const at = lines.findIndex((line) => line.startsWith("Writes:"));
    expect(lines[at + 1]).toMatch(/^Reads :/);
    expect(lines[at + 2]).toMatch(/ End of test: SUCCESS: /);
    expect(lines[at + 3]).toMatch(/^holds: /);
    expect(lines.some((line) => line.startsWith("  overlap"))).toBe(false);
  });

  test("is a failure if a lock failed, or if the run found anything else", () => {
    expect(text({ reads: { total: 4, max: 2, min: 2, fail: 1 } })).toContain("End of test: FAILURE");
    expect(text({ writes: { ...mutex.writes, fail: 1 } })).toContain("End of test: FAILURE");
    expect(text({}, { ...holds, verdict: "violated" })).toContain("End of test: FAILURE");
  });
});

test("a record with statistics is one; with broken ones it is not", () => {
  expect(checkRunRecord({ ...holds, torture: mutex })).toEqual({ ...holds, torture: mutex });
  for (const torture of [null, {}, { ...mutex, reads: {} }, { ...mutex, extra: 1 }])
    expect(() => checkRunRecord({ ...holds, torture })).toThrow();
});
