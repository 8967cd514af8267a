import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { matrixStatus } from "../../src/record/matrix-record.ts";
import { matrixMarkdown } from "../../src/report/matrix-markdown.ts";
import { matrixPage } from "../../src/report/matrix-page.ts";
import { matrixText } from "../../src/report/matrix-text.ts";
import { matrixProgressLine } from "../../src/report/progress-text.ts";
import type { Style } from "../../src/report/style.ts";
import { quick, whole, wrong } from "./matrix-records.ts";

const plain: Style = { color: false, unicode: true, columns: 100 };
const golden = (name: string): string => `../golden/matrix-${name}.txt`;

describe("the page of the judgement", () => {
  test.each(Object.entries({ quick, whole, wrong }))("%s", async (name, record) => {
    const text = matrixText(record, plain, false);
    const wide = text.split("\n").filter((line) => stringWidth(line) > 100 && !/^ {4}refzero /.test(line));
    expect(wide).toEqual([]);
    await expect(text).toMatchFileSnapshot(golden(name));
  });

  test("quiet: the last line only", () => {
    expect(matrixText(quick, plain, true)).toBe("matrix: 18 rows agree, 0 disagree · 41 s\n");
    expect(matrixText(wrong, plain, true)).toBe(
      "matrix: 1 row agrees, 2 disagree, 1 unproved, 1 not reached, 1 not raced; interrupted · 41 s\n",
    );
  });

  test("in ASCII", () => {
    const text = matrixText(wrong, { ...plain, unicode: false }, false);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
    expect(text).toMatch(/^[\x00-\x7f]*$/);
    expect(text).toContain("designs x 1 neighbour x conditions - explorer");
  });

  test("in colour: the last line's first word", () => {
    const first = (record: typeof quick): string =>
      matrixText(record, { ...plain, color: true }, true).slice(0, 16);
    expect([quick, wrong].map(first)).toEqual(["\u001b[32mmatrix\u001b[39m", "\u001b[31mmatrix\u001b[39m"]);
  });
});

test("exit status: a row that disagrees before an interruption before a budget", () => {
  const open = { ...wrong, rows: wrong.rows.filter(({ verdict }) => verdict !== "disagrees") };
  expect(matrixStatus(quick)).toBe(0);
  expect(matrixStatus(wrong)).toBe(1);
  expect(matrixStatus(open)).toBe(130);
  expect(matrixStatus({ ...open, interrupted: false })).toBe(3);
});

describe("as Markdown", () => {
  test("the same rows, and nothing of the machine", async () => {
    const text = matrixMarkdown(quick);
    expect(matrixMarkdown({ ...quick, seconds: 1, jobs: 7, command: "" })).toBe(text);
    await expect(text).toMatchFileSnapshot("../golden/matrix.md");
  });

  test("what disagrees stands out", () => {
    expect(matrixMarkdown(wrong)).toContain("| **-!** |");
    expect(matrixMarkdown(wrong)).toContain(
      "1 row agrees with what was expected of them, 2 disagree, 1 unproved.",
    );
  });

  test("goes between its marks in a page, again and again", () => {
    const page = "# Title\n<!-- matrix:begin -->\nold\n<!-- matrix:end -->\nrest\n";
    const once = matrixPage(page, "new\n") ?? "";
    expect(once).toBe("# Title\n<!-- matrix:begin -->\n\nnew\n\n<!-- matrix:end -->\nrest\n");
    expect(matrixPage(once, "new\n")).toBe(once);
  });

  test.each(["", "<!-- matrix:begin -->", "<!-- matrix:end --><!-- matrix:begin -->"])(
    "'%s' has no place",
    (page) => {
      expect(matrixPage(page, "new")).toBeUndefined();
    },
  );
});

test("progress says how far, how many disagree, and how long it may take", () => {
  const now = { doing: "explored", done: 54, of: 216, disagree: 0, seconds: 10 };
  expect(matrixProgressLine(now)).toBe("matrix  54 of 216 rows explored, 10 s, about 30 s left");
  expect(matrixProgressLine({ ...now, disagree: 1 })).toContain("rows explored, 1 disagrees, ");
});
