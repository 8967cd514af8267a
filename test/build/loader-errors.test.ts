import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { describe, expect, test, vi } from "vitest";
import { importErrorLocation, loadUserScenario } from "../../src/build/loader.ts";
import { UsageError } from "../../src/record/usage-error.ts";
import { useWorkspace } from "./workspace.ts";

// Processes are started here, on machines that may be busy.
vi.setConfig({ testTimeout: 30_000 });

const workspace = useWorkspace();

const errors: readonly [what: string, files: Record<string, string | Uint8Array>, message: RegExp][] = [
  ["a missing file", {}, /^cannot read '.*main\.ts': no such file\.$/],
  ["a directory", { "main.ts/x.ts": "" }, /^cannot read '.*main\.ts': it is a directory\.$/],
  ["a syntax error", { "main.ts": "\nlet x = ;\n" }, /main\.ts:2:9: syntax error: /],
  [
    "a syntax error in an import",
    { "main.ts": 'import "./x.ts";', "x.ts": "\n\n  }" },
    /x\.ts:3:3: syntax error: /,
  ],
  ["an enum", { "main.ts": "type A = 1;\n  enum E { a }\n" }, /main\.ts:2:3: an enum is more than types/],
  [
    "a parameter property",
    { "main.ts": "class A { constructor(public x: 1) {} }" },
    /main\.ts:1:23: a parameter property/,
  ],
  ["a namespace", { "main.ts": "namespace N { export const a = 1; }" }, /main\.ts:1:1: a namespace/],
  ["a decorator", { "main.ts": "@d class A {}" }, /main\.ts:1:1: decorators/],
  [
    "an unknown export",
    { "main.ts": "export { nope };" },
    /main\.ts:1:10: syntax error: Export 'nope' is not defined/,
  ],
  [
    "await in a stepped function",
    { "main.ts": "function* f() { await 1; }" },
    /main\.ts:1:17: syntax error: /,
  ],
  ["yield* in a parameter", { "main.ts": "function* f(a = yield* f()) {}" }, /main\.ts:1:17: syntax error: /],
  [
    "yield* outside a stepped function",
    { "main.ts": "const f = () => { yield* f(); };" },
    /main\.ts:1:19: syntax error: /,
  ],
  [
    "a missing import",
    { "main.ts": 'export {};\nimport "./gone.ts";' },
    /main\.ts:2:8: cannot find '\.\/gone\.ts'$/,
  ],
  [
    "a missing extension",
    { "main.ts": 'import "./x";', "x.ts": "" },
    /main\.ts:1:8: cannot find '\.\/x'; did you mean '\.\/x\.ts'\?$/,
  ],
  [
    "a directory import",
    { "main.ts": 'import "./d";', "d/index.ts": "" },
    /main\.ts:1:8: .*did you mean '\.\/d\/index\.ts'\?$/,
  ],
  [
    "a missing package",
    { "main.ts": 'import x from "no-such-package/x";' },
    /main\.ts:1:15: package 'no-such-package' is not installed/,
  ],
  [
    "an absolute import",
    { "main.ts": 'import "/etc/x.js";' },
    /main\.ts:1:8: cannot import '\/etc\/x\.js'; write a path relative/,
  ],
  ["a web import", { "main.ts": 'import "https://x/y.js";' }, /main\.ts:1:8: cannot import/],
  ["a package's private name", { "main.ts": 'import "#x";' }, /main\.ts:1:8: cannot import '#x'/],
  [
    "an import of something else",
    { "main.ts": 'import "./x.css";', "x.css": "" },
    /main\.ts:1:8: '\.\/x\.css' is not a module/,
  ],
  [
    "two files of one built name",
    { "main.ts": 'import "./x.ts";\nimport "./x.js";', "x.ts": "", "x.js": "" },
    /would both be built as x\.js$/,
  ],
  [
    "a file that is not text",
    { "main.ts": Uint8Array.of(0xff, 0xfe, 0x00) },
    /main\.ts: not a text in UTF-8$/,
  ],
  [
    "unerasable code",
    { "main.ts": "function* f() {}\nfunction* g() { f(); }\n" },
    /main\.ts:2:17: stepped `f` .*; write `yield\* f\(\)`$/,
  ],
  [
    "unerasable code in an import",
    { "main.ts": 'import "./x.ts";', "x.ts": "function* f() { yield; }" },
    /x\.ts:1:17: .*; write `yield\* /,
  ],
  [
    "a forgotten star across files",
    {
      "main.ts": 'import { f } from "./x.js";\nexport const g = () => f();\n',
      "x.ts": "export function* f() {}",
    },
    /main\.ts:2:24: stepped `f`/,
  ],
];

describe("refused with one line, and nothing is left behind", () => {
  test.each(errors)("%s", async (_, files, message) => {
    workspace.write(files);
    const error = await loadUserScenario(workspace.at("main.ts")).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("\n");
    expect(workspace.leftovers()).toEqual([]);
  });

  test.each(["main.tsx", "main.cjs", "main.cts", "main.json", "main", "main.d.ts"])("%s", async (name) => {
    workspace.write({ [name]: "export {};\n" });
    await expect(loadUserScenario(workspace.at(name))).rejects.toThrow(
      /main.*: (?:a scenario file ends in|a declaration)/,
    );
    expect(workspace.leftovers()).toEqual([]);
  });

  test("no room for temporary files", async () => {
    workspace.write({ "main.ts": "export {};\n" });
    process.env.TMPDIR = workspace.at("gone");
    await expect(loadUserScenario(workspace.at("main.ts"))).rejects.toThrow(/^cannot write '.*gone'/);
  });
});

const failures: readonly [what: string, files: Record<string, string>, place: object][] = [
  [
    "an exception",
    {
      "main.ts": 'import "./x.ts";\nexport {};\n',
      "x.ts": 'const a: number = 1;\n  throw new Error("bad " + a);\n',
    },
    { file: "x.ts", line: 2, column: 9, message: "bad 1" },
  ],
  [
    "a missing name",
    { "main.ts": 'import {\n  gone } from "./x.ts";\nexport const a = gone;\n', "x.ts": "export {};\n" },
    { file: "main.ts", line: 2, column: 3 },
  ],
  [
    "a package without that file",
    { "main.ts": 'import "dep/gone.js";\n', "node_modules/dep/package.json": '{ "name": "dep" }' },
    { file: "main.ts" },
  ],
];

test.each(failures)("%s while importing is traced to the user's file", async (_, files, place) => {
  workspace.write(files);
  const loaded = await loadUserScenario(workspace.at("main.ts"));
  for (const built of [loaded.stepped, loaded.blocking]) {
    const script = `import(${JSON.stringify(pathToFileURL(built).href)}).catch((error) => console.log(JSON.stringify({ message: error.message, stack: error.stack })))`;
    const { stdout } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
    const found = importErrorLocation(Object.assign(new Error(), JSON.parse(stdout)), loaded);
    expect(found).toMatchObject({ ...place, file: workspace.at((place as { file: string }).file) });
    expect(found.message).not.toContain(workspace.at("tmp"));
  }
  loaded.cleanup();
});

test("something thrown that is no error names the entry file", () => {
  const place = importErrorLocation("plain text\nmore", { files: ["/u/main.ts"], sources: new Map() });
  expect(place).toEqual({ file: "/u/main.ts", message: "plain text" });
});
