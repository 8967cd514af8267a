import { expect, test } from "vitest";
import { parseMatrixFile } from "../../src/record/matrix-file.ts";

const good = { format: "refzero-matrix", version: 1, fingerprint: "f", results: {} };

test("a file without results is one", () => {
  expect(parseMatrixFile("m.json", JSON.stringify(good))).toEqual(good);
});

test.each([
  ["", "it is not JSON"],
  ["{", "it is not JSON"],
  ["[]", ""],
  ["null", ""],
  [JSON.stringify({ ...good, format: "refzero-run" }), "format: "],
  [JSON.stringify({ ...good, version: 2 }), "version: "],
  [JSON.stringify({ ...good, more: 1 }), "more: "],
  [JSON.stringify({ ...good, results: { one: { explored: {} } } }), "results.one.explored.lockdep: "],
  [JSON.stringify({ ...good, results: { one: { raced: { worlds: -1 } } } }), "results.one.raced."],
])("%s is none: %s", (text, reason) => {
  expect(() => parseMatrixFile("m.json", text)).toThrow(`cannot use 'm.json': ${reason}`);
});
