import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { counted, grouped, rate, ruleOfThree } from "../../src/report/numbers.ts";
import { observationLine, titleOf, verdictLine } from "../../src/report/race-text.ts";
import { table } from "../../src/report/table.ts";
import { holds, violated } from "./records.ts";

describe("numbers", () => {
  test("are grouped in threes, without a fraction", () => {
    expect([0, 7, 999, 1000, 1234567, 1e12, 12.7].map(grouped)).toEqual([
      "0",
      "7",
      "999",
      "1,000",
      "1,234,567",
      "1,000,000,000,000",
      "13",
    ]);
  });

  test("agree with their noun", () => {
    expect([0, 1, 2, 1000].map((count) => counted(count, "free"))).toEqual([
      "0 frees",
      "1 free",
      "2 frees",
      "1,000 frees",
    ]);
  });

  test("rates are short", () => {
    expect([3.4e-6, 1, 0.5, 123456].map(rate)).toEqual(["3.4e-6", "1.0e0", "5.0e-1", "1.2e5"]);
  });

  test("nothing seen in n trials bounds the rate by 3/n, and by 1", () => {
    expect(ruleOfThree(0)).toBe(1);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (trials) => {
        const bound = ruleOfThree(trials);
        expect(bound).toBeGreaterThan(0);
        expect(bound).toBeLessThanOrEqual(1);
        // The chance to see nothing at all at this rate is 5 % at most.
        if (bound < 1) expect((1 - bound) ** trials).toBeLessThan(0.05);
      }),
    );
  });
});

describe("the observation", () => {
  test.each([
    [{}, "Never 0 892312"],
    [{ frees: 0 }, "Never 0 892312"],
    [violated, "Sometimes 57 181878"],
    [{ ...violated, contendedFrees: 0 }, "Sometimes 1 181934"],
    [{ ...violated, frees: 1, contendedFrees: 1 }, "Always 1 0"],
    [{ ...violated, frees: 0, worlds: 0 }, "Always 57 0"],
  ])("%#", (facts, said) => {
    expect(observationLine({ ...holds, ...facts })).toBe(`Observation shmem/free-vs-shrinker ${said}`);
  });

  test("numbers of the verdict are those of the record", () => {
    expect(verdictLine(holds)).toContain(`0 of ${grouped(holds.frees)} frees contended`);
    expect(verdictLine(violated)).toContain("57 reports");
    expect(titleOf({ scenario: "a/b", params: { mutant: "none", n: 0 } })).toBe("a/b n=0");
  });
});

test("a table's columns line up, whatever is in them", () => {
  const cell = fc
    .string({ unit: "grapheme", maxLength: 8 })
    .filter((text) => !/[\n\r\u2028\u2029]/.test(text));
  const rows = fc
    .integer({ min: 1, max: 4 })
    .chain((columns) =>
      fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 5 }),
    );
  fc.assert(
    fc.property(rows, (cells) => {
      const lines = table(cells);
      expect(lines).toHaveLength(cells.length);
      const marked = cells.map((row) => [...row, "|"]);
      expect(new Set(table(marked).map((line) => stringWidth(line))).size).toBe(1);
      expect(lines.every((line) => line === line.trimEnd())).toBe(true);
    }),
  );
});
