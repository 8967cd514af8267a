import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { loadUserScenario } from "../../src/build/loader.ts";
import { evaluateIn, useWorkspace } from "./workspace.ts";

// Processes are started here, on machines that may be busy.
vi.setConfig({ testTimeout: 30_000 });

const workspace = useWorkspace();
const root = fileURLToPath(new URL("../../", import.meta.url));

async function load(entry: string) {
  const loaded = await loadUserScenario(workspace.at(entry));
  return {
    ...loaded,
    both: (expression: string) => [
      evaluateIn(loaded.stepped, `drive(${expression})`),
      evaluateIn(loaded.blocking, expression),
    ],
  };
}

test("a file with nested imports runs alike in both builds", async () => {
  workspace.write({
    "a/b/main.ts": `import { twice } from "../lib/twice.ts";
import { own } from "./own.ts";
import type { Never } from "./types-only.ts";
export function* run(n: number): Generator<void, number> { return (yield* twice(n)) + (yield* own()); }
export type { Never };`,
    "a/b/own.ts": `import { twice } from "../lib/twice.js";\nexport function* own() { return yield* twice(1); }\n`,
    "a/lib/twice.ts": `import { k } from "./deep/k.mts";\nexport function* twice(n: number) { return n * k; }\n`,
    "a/lib/deep/k.mts": "export const k: number = 2 as const;\n",
  });
  const loaded = await load("a/b/main.ts");
  expect(loaded.both("m.run(20)")).toEqual([42, 42]);
  expect(loaded.files).toEqual(
    ["a/b/main.ts", "a/b/own.ts", "a/lib/twice.ts", "a/lib/deep/k.mts"].map(workspace.at),
  );
  loaded.cleanup();
  expect(workspace.leftovers()).toEqual([]);
});

test("lines and columns of both builds are those of the source", async () => {
  const source =
    "import {\r\n  two } from './two.mts';\r\n\r\nexport function* run(a: number,\r\n  b: string) {\r\n  return yield* two(); }\r\n";
  workspace.write({
    "main.ts": `\ufeff${source}`,
    "two.mts": "export function* two() { return new Error('x').stack.split('\\n')[1]; }\n",
  });
  const loaded = await load("main.ts");
  for (const path of [loaded.stepped, loaded.blocking]) {
    const built = readFileSync(path, "utf8");
    expect(built.length).toBe(source.length);
    expect(built.split("\r\n").map(({ length }) => length)).toEqual(
      source.split("\r\n").map(({ length }) => length),
    );
    expect(built).toContain("'./two.mjs'");
  }
  for (const place of loaded.both("m.run()")) expect(place).toMatch(/two\.mjs:1:33\)?$/);
  loaded.cleanup();
});

test.each(["js", "mjs", "mts", "ts"])("a .%s file is taken", async (extension) => {
  workspace.write({ [`main.${extension}`]: "export function* run() { return 1; }\n" });
  const loaded = await load(`main.${extension}`);
  expect(loaded.both("m.run()")).toEqual([1, 1]);
  loaded.cleanup();
});

test("packages are found from the file that imports them, and refzero is this package", async () => {
  const version = (name: string, n: number) => ({
    [`${name}/package.json`]: '{ "name": "dep", "type": "module", "main": "index.js" }',
    [`${name}/index.js`]: `export const version = ${n};\n`,
  });
  workspace.write({
    ...version("node_modules/dep", 1),
    ...version("inner/node_modules/dep", 2),
    ...version("node_modules/@scope/dep", 3),
    "main.ts": `import { join } from "node:path";\nimport os from "os";\nimport { version } from "dep";\nimport { version as scoped } from "@scope/dep/index.js";\nimport { inner } from "./inner/x.ts";
export function* run() { return [version, inner, scoped, typeof join, typeof os.cpus]; }\n`,
    "inner/x.ts": 'import { version } from "dep";\nexport const inner = version;\n',
  });
  const loaded = await load("main.ts");
  const expected = [1, 2, 3, "function", "function"];
  expect(loaded.both("m.run()")).toEqual([expected, expected]);
  const cache = dirname(dirname(loaded.stepped));
  expect(realpathSync(join(cache, "node_modules", "refzero"))).toBe(realpathSync(root));
  loaded.cleanup();
  expect(existsSync(workspace.at("node_modules/dep/index.js"))).toBe(true);
});

test("data files beside the source come along", async () => {
  workspace.write({
    "main.mjs": `import { readFileSync } from "node:fs";
export function* run() { return readFileSync(new URL("./data/x.txt", import.meta.url), "utf8"); }\n`,
    "data/x.txt": "hello",
  });
  const loaded = await load("main.mjs");
  expect(loaded.both("m.run()")).toEqual(["hello", "hello"]);
  loaded.cleanup();
});

test("two loads of one file do not meet, and cleaning up twice is harmless", async () => {
  workspace.write({ "main.js": "export function* run() {}\n" });
  const [a, b] = await Promise.all([load("main.js"), load("main.js")]);
  expect(a.stepped).not.toBe(b.stepped);
  a.cleanup();
  a.cleanup();
  expect(existsSync(b.stepped)).toBe(true);
  b.cleanup();
  expect(workspace.leftovers()).toEqual([]);
});

test("a process that just exits leaves nothing", () => {
  workspace.write({ "main.js": "export function* run() {}\n" });
  const script = `const { loadUserScenario } = await import(${JSON.stringify(join(root, "dist/build/loader.js"))});
    console.log((await loadUserScenario(${JSON.stringify(workspace.at("main.js"))})).stepped);`;
  const built = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
  }).trim();
  expect(built).toContain(workspace.at("tmp"));
  expect(workspace.leftovers()).toEqual([]);
});
