import { describe, expect, test } from "vitest";
import { assertErasable } from "../../src/build/check.ts";
import { UsageError } from "../../src/record/usage-error.ts";
import { readCases } from "./cases.ts";
import { checkMarked, memoryResolver } from "./memory.ts";

const tables = {
  "a stepped call without yield*": "refused/calls",
  "an operand of yield* that is not one call": "refused/operands",
  "a stepped function as a value": "refused/values",
  "syntax that erasing would change": "refused/syntax",
};

describe.each(Object.entries(tables))("%s is refused", (_, table) => {
  test.each(readCases(table))("$name", ({ source, correct }) => {
    const { found, expected } = checkMarked(source);
    expect(expected.length, "the case has a mark").toBeGreaterThan(0);
    expect(found.map(({ line, column }) => `${line}:${column}`)).toEqual(expected);
    for (const violation of found) {
      expect(violation.file).toBe("/p/case.ts");
      expect(violation.correct).toContain(correct);
      expect(violation.what).toMatch(/^\S.*\S$/);
    }
  });
});

test("the first violation in source order is thrown as one line with place, fault and correct form", () => {
  const text = 'import { load } from "./lib.ts";\nfunction* p() {\n  load(1);\n  load(2);\n}\n';
  const attempt = () => assertErasable(["/p/case.ts"], memoryResolver({ "/p/case.ts": text }));
  expect(attempt).toThrow(UsageError);
  expect(attempt).toThrow(
    /^\/p\/case\.ts:3:3: stepped `load` is called without `yield\*`; write `yield\* load\(…\)`$/,
  );
});
