import { expect, test } from "vitest";
import { check, installedResolver, sourceResolver } from "../../src/build/check.ts";
import { useWorkspace } from "./workspace.ts";

const workspace = useWorkspace();

const packageJson = JSON.stringify({
  name: "refzero",
  exports: { ".": { types: "./dist/types/index.d.ts", default: "./dist/index.js" } },
  imports: {
    "#shared/*": {
      "refzero-source": "./src/shared/*.ts",
      "refzero-blocking": "./dist/blocking/shared/*.js",
      default: "./dist/stepped/shared/*.js",
    },
    "#door": {
      "refzero-source": "./src/shared/atomic/stepped.ts",
      default: "./dist/stepped/shared/atomic/stepped.js",
    },
  },
});

const places = (file: string, resolver: Parameters<typeof check>[1]) =>
  check([workspace.at(file)], resolver).map(({ line, column, correct }) => `${line}:${column} ${correct}`);

test("a user's file knows what is stepped in the installed package", () => {
  workspace.write({
    "pkg/package.json": packageJson,
    "pkg/dist/index.js": `export { krefGet } from "#shared/sync/kref";
export * from "#shared/lists";
export { explore } from "./explore/run.js";
export const scenario = (definition) => definition;`,
    "pkg/dist/explore/run.js": "export function* explore() { yield 1; }\nexport class Run { *steps() {} }\n",
    "pkg/dist/stepped/shared/sync/kref.js":
      'import { add } from "#door";\nexport function* krefGet(a) { yield* add(a, 1); }\n',
    "pkg/dist/stepped/shared/lists.js":
      "export function* each(list, visit) { for (const x of list) yield* visit(x); }\nexport class List { *drain() {} }\n",
    "pkg/dist/stepped/shared/atomic/stepped.js": "export function* add(a, n) { yield; return a + n; }\n",
    "pkg/dist/blocking/shared/sync/kref.js": "export function krefGet(a) {}\n",
    "user/mine.ts": `import { each, explore, krefGet, List, scenario } from "refzero";
import * as rz from "refzero";
function* task(a: number) {
  krefGet(a);
  rz.krefGet(a);
  yield* each([1], krefGet);
  const list = new List();
  list.drain();
  for (const one of explore()) one.steps();
  yield* explore();
}
export default scenario({ tasks: [task], run: task, *setup() {} });
`,
  });
  const resolver = installedResolver(workspace.at("pkg"));
  expect(places("user/mine.ts", resolver)).toEqual([
    "4:3 `yield* krefGet(…)`",
    "5:3 `yield* rz.krefGet(…)`",
    "8:3 `yield* list.drain()`",
    "10:3 `explore()` without `yield*`",
  ]);
});

test("without a built package a user's file is still checked for its own functions", () => {
  workspace.write({
    "pkg/package.json": packageJson,
    "mine.js":
      'import { scenario, krefGet } from "refzero";\nfunction* f() { yield* krefGet(1); }\nexport default scenario({ *run() { f(); } });\n',
  });
  expect(places("mine.js", installedResolver(workspace.at("pkg")))).toEqual(["3:36 `yield* f()`"]);
});

test("our own sources resolve as package.json says for refzero-source, and blocking doors are plain", () => {
  const door = "export function* load(a: number) { yield; return a; }\n";
  workspace.write({
    "package.json": packageJson,
    "src/shared/atomic/stepped.ts": door,
    "src/shared/atomic/blocking.ts":
      'import { lock } from "#shared/lock";\nexport function load(a: number) { lock(a); return a; }\n',
    "src/shared/atomic/gated.ts": door,
    "src/shared/lock.ts": 'import { load } from "#door";\nexport function* lock(a: number) { load(a); }\n',
    "src/explore/run.ts":
      'import { lock } from "#shared/lock";\nexport function* all() { yield lock(1).next(); }\n',
  });
  const resolver = sourceResolver(workspace.path);
  expect(places("src/shared/lock.ts", resolver)).toEqual(["2:36 `yield* load(…)`"]);
  expect(places("src/shared/atomic/stepped.ts", resolver)).toEqual([]);
  expect(places("src/shared/atomic/blocking.ts", resolver)).toEqual([]);
  expect(places("src/shared/atomic/gated.ts", resolver)).toEqual(["1:1 plain functions"]);
});
