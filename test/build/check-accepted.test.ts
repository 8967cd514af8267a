import { expect, test } from "vitest";
import { check } from "../../src/build/check.ts";
import { erase, erasedSpans } from "../../src/build/erase.ts";
import { parseModule } from "../../src/build/parse.ts";
import { strip } from "../../src/build/strip.ts";
import { readCases } from "./cases.ts";
import { memoryResolver } from "./memory.ts";

test.each(readCases("accepted"))("$name is accepted, and erases", ({ source }) => {
  expect(check(["/p/case.ts"], memoryResolver({ "/p/case.ts": source }))).toEqual([]);
  const erased = erase(strip(source, "/p/case.ts").code, "/p/case.ts");
  expect(erasedSpans(parseModule(erased, "/p/case.ts"), erased)).toEqual([]);
});

test("a bare yield is the door's", () => {
  const source = "export function* load(a) {\n  yield;\n  return a;\n}\n";
  expect(check(["/p/door.ts"], memoryResolver({ "/p/door.ts": source }))).toEqual([]);
});
