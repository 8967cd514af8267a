import { execFile, spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeEach, expect, test, vi } from "vitest";
import { useWorkspace } from "./workspace.ts";

// Processes are started here, on machines that may be busy.
vi.setConfig({ testTimeout: 30_000 });

const root = fileURLToPath(new URL("../../", import.meta.url));
const workspace = useWorkspace();

const small = {
  "src/shared/atomic/stepped.ts": "export function* load(a: number) {\n  yield;\n  return a;\n}\n",
  "src/shared/atomic/blocking.ts": "export function load(a: number): number {\n  return a;\n}\n",
  "src/shared/atomic/gated.ts": 'export { load } from "./blocking.ts";\n',
  "src/shared/sync/lock.ts":
    'import { load } from "#door";\nexport function* lock(a: number) {\n  return yield* load(a);\n}\n',
  "src/scenarios/one.ts": 'import { lock } from "#shared/sync/lock";\nexport const one = { run: lock };\n',
  "src/cli/main.ts": '#!/usr/bin/env node\nimport { say } from "./say.ts";\nsay(1 as number);\n',
  "src/cli/say.ts":
    'export const say = (n: number): void => console.log(new URL("./main.ts", import.meta.url).pathname, n);\n',
  "src/index.ts": "export function* real() {\n  yield 1;\n}\n",
};

// A package of its own, with our builder and a few sources.
beforeEach(() => {
  for (const path of ["scripts/build.mjs", "src/build", "src/record", "package.json"]) {
    cpSync(`${root}${path}`, workspace.at(path), { recursive: true });
  }
  symlinkSync(`${root}node_modules`, workspace.at("node_modules"));
  workspace.write(small);
});

const run = (script: string, ...args: string[]) =>
  spawnSync(process.execPath, [workspace.at(script), ...args], { encoding: "utf8" });
const dist = (path: string): string => readFileSync(workspace.at(`dist/${path}`), "utf8");
const everything = (): string[] => readdirSync(workspace.at("dist"), { recursive: true }).map(String).sort();

test("shared rooms are built twice, the rest once, doors only where they belong", () => {
  expect(run("scripts/build.mjs")).toMatchObject({
    status: 0,
    stdout: "",
    stderr: expect.stringMatching(/^built \d+ files in \d+ ms\n$/),
  });
  const files = everything().filter((path) => /\.js$/.test(path) && !/^(?:build|record)\//.test(path));
  expect(files).toEqual([
    "blocking/scenarios/one.js",
    "blocking/shared/atomic/blocking.js",
    "blocking/shared/atomic/gated.js",
    "blocking/shared/sync/lock.js",
    "cli/main.js",
    "cli/say.js",
    "index.js",
    "stepped/scenarios/one.js",
    "stepped/shared/atomic/stepped.js",
    "stepped/shared/sync/lock.js",
  ]);
  expect(dist("stepped/shared/sync/lock.js")).toContain(
    "function* lock(a        ) {\n  return yield* load(a);",
  );
  expect(dist("blocking/shared/sync/lock.js")).toContain(
    "function  lock(a        ) {\n  return        load(a);",
  );
  expect(dist("index.js")).toContain("yield 1;");
  expect(statSync(workspace.at("dist/cli/main.js")).mode & 0o777).toBe(0o755);
  const main = workspace.at("dist/cli/main.js");
  expect(run("dist/cli/main.js").stdout).toBe(`${main} 1\n`);
});

test("a second build changes nothing, and removes what has no source any more", () => {
  run("scripts/build.mjs");
  const before = statSync(workspace.at("dist/cli/say.js")).ino;
  rmSync(workspace.at("src/scenarios/one.ts"));
  workspace.write({ "dist/left/over.js": "", "dist/types/index.d.ts": "export {};\n" });
  expect(run("scripts/build.mjs").status).toBe(0);
  expect(statSync(workspace.at("dist/cli/say.js")).ino).toBe(before);
  expect(existsSync(workspace.at("dist/blocking/scenarios/one.js"))).toBe(false);
  expect(existsSync(workspace.at("dist/left/over.js"))).toBe(false);
  expect(existsSync(workspace.at("dist/types/index.d.ts"))).toBe(true);
});

test("every violation is printed, and the last good build stays", () => {
  run("scripts/build.mjs");
  const before = dist("blocking/shared/sync/lock.js");
  workspace.write({
    "src/shared/sync/lock.ts": small["src/shared/sync/lock.ts"].replace("yield* ", ""),
    "src/scenarios/one.ts": "export function* one() {\n  yield;\n}\n",
    "src/cli/say.ts": "export const say = ;\n",
  });
  const { status, stderr } = run("scripts/build.mjs");
  expect(status).toBe(1);
  expect(
    stderr
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^((?:[^:]*:){3}).*$/, "$1")),
  ).toEqual(["src/shared/sync/lock.ts:3:10:", "src/scenarios/one.ts:2:3:", "src/cli/say.ts:1:20:"]);
  expect(dist("blocking/shared/sync/lock.js")).toBe(before);
});

test("builds at the same time leave one whole build", async () => {
  const build = () => promisify(execFile)(process.execPath, [workspace.at("scripts/build.mjs")]);
  await Promise.all([build(), build(), build()]);
  const files = everything();
  expect(files.filter((path) => path.includes(".tmp"))).toEqual([]);
  expect(run("dist/cli/main.js").status).toBe(0);
  expect(dist("blocking/shared/sync/lock.js")).toContain("function  lock");
});

test("the lint command prints places and exits 1, or says what it checked", () => {
  run("scripts/build.mjs");
  const good = run("dist/build/lint.js", "src/shared", "src/scenarios");
  expect(good).toMatchObject({ status: 0, stdout: "5 files checked: both builds are the same program\n" });
  workspace.write({
    "src/shared/bad.ts": "function* f() {}\nexport function* g() {\n  f();\n}\n",
    "src/shared/worse.ts": "let x = ;\n",
  });
  const bad = run("dist/build/lint.js", "src/shared", "src/scenarios");
  expect(bad.status).toBe(1);
  expect(bad.stderr).toBe(
    "src/shared/worse.ts:1:9: syntax error: Unexpected token\n" +
      "src/shared/bad.ts:3:3: stepped `f` is called without `yield*`; write `yield* f()`\n",
  );
  expect(run("dist/build/lint.js", "src/gone")).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/src\/gone/),
  });
});
