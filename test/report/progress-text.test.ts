import { describe, expect, test } from "vitest";
import { progressLine } from "../../src/report/progress-text.ts";

const now = { executions: 12_000, seconds: 6, longest: 104, share: 0.25 };

describe("the progress line of an exploration", () => {
  test("says how many, how fast, how deep, how far, and how long still", () => {
    expect(progressLine("ww/abba", now)).toBe(
      "ww/abba  12,000 executions, 2,000/s, depth 104, about 25.00 %, about 18 s left",
    );
  });

  test.each([
    [0, "depth 104, less than 0.01 %"],
    [1e-9, "less than 0.01 %, about a hundred years or more left"],
    [0.001, "about 0.10 %, about 2 h left"],
    [1e-5, "less than 0.01 %, about 7 days left"],
    [0.01, "about 1.00 %, about 10 min left"],
  ])("a share of %d", (share, said) => {
    expect(progressLine("ww/abba", { ...now, share })).toContain(said);
  });
});
