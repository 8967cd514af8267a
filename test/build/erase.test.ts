import { expect, test } from "vitest";
import { erase } from "../../src/build/erase.ts";
import { strip } from "../../src/build/strip.ts";
import { UsageError } from "../../src/record/usage-error.ts";

test.each([
  ["function* f() { yield* g(); }", "function  f() {        g(); }"],
  ["function *f(){yield*g()}", "function  f(){      g()}"],
  ["const f = function * () {};", "const f = function   () {};"],
  ["export default function* () {}", "export default function  () {}"],
  ["const o = { *m() {}, * 'n'() {}, *[k]() {} };", "const o = {  m() {},   'n'() {},  [k]() {} };"],
  ["class A { static *m() {} *#n() {} *static() {} }", "class A { static  m() {}  #n() {}  static() {} }"],
  [
    "function/* * */*/* * */f() { yield /* * */ * /* * */ g(); }",
    "function/* * */ /* * */f() {       /* * */   /* * */ g(); }",
  ],
  ["const s = 'function* f() { yield* g(); }';", "const s = 'function* f() { yield* g(); }';"],
  ["const a = 2 * 3, b = /\\*/;", "const a = 2 * 3, b = /\\*/;"],
])("%s", (source, erased) => {
  expect(erase(source, "x.js")).toBe(erased);
});

// No rule runs here: the comparison of the two trees must notice by itself.
test.each([
  ["a bare yield", "function* f() {\n  yield;\n}", "2:3"],
  ["a returned line break", "function* f() {\n  return yield*\n    g();\n}", "2:3"],
  ["a call that a missing semicolon makes", "function* f() {\n  let a = g\n  yield* (h());\n}", "2:11"],
  ["a member that a missing semicolon makes", "function* f() {\n  a\n  yield* [b][0]();\n}", "2:3"],
  ["a getter that a missing semicolon makes", "class A { get\n  *m() {} }", "1:11"],
  ["an asynchronous generator", "async function* f() {}", "1:1"],
])("%s is not the same program once erased", (_, source, place) => {
  const attempt = () => erase(source, "x.js");
  expect(attempt).toThrow(UsageError);
  expect(attempt).toThrow(new RegExp(`^x\\.js:${place}: the blocking build would .*; write `));
});

test("types become blanks: nothing moves", () => {
  const source =
    "import type { A } from './a.ts';\r\ntype B = {\r\n  c: '😀日';\r\n};\r\nexport let é: B, f = <T,>(x: T): T => x!;\r\n";
  const { code } = strip(`\ufeff${source}`, "x.ts");
  expect(code.length).toBe(source.length + 1);
  expect(code.split("\r\n").map(({ length }) => length)).toEqual(
    `\ufeff${source}`.split("\r\n").map(({ length }) => length),
  );
  expect(code).toContain("export let é   , f =     (x   )    => x ;");
  expect(code).not.toMatch(/import|type/);
});

test("JavaScript passes as it is, and syntax errors name their place", () => {
  expect(strip("let a = 1;\n", "x.mjs").code).toBe("let a = 1;\n");
  expect(() => strip("let a = 1;\n  a b;\n", "x.mjs")).toThrow(/^x\.mjs:2:4: syntax error: /);
  expect(() => strip("let a: number = 1;\n", "x.js")).toThrow(/^x\.js:1:6: syntax error: /);
  expect(() => strip("\ufefflet a: = 1;\n", "x.ts")).toThrow(/^x\.ts:1:8: syntax error: /);
  expect(() => strip("const a = 1;\nconst a = 2;\n", "x.ts")).toThrow(
    /^x\.ts:\d:\d+: syntax error: .*already been declared/,
  );
});
