import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { describe, expect, test, vi } from "vitest";

// Processes are started here, on machines that may be busy.
vi.setConfig({ testTimeout: 30_000 });

const root = fileURLToPath(new URL("../../", import.meta.url));
const built = (build: string): string[] =>
  ["shared", "scenarios"]
    .map((room) => join(root, "dist", build, room))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith(".js"))
    .map((entry) => relative(join(root, "dist", build), join(entry.parentPath, entry.name)))
    .sort();

const doors = /^shared\/atomic\/(?:stepped|blocking|gated|scheduled)\.js$/;
const modules = built("stepped").filter((path) => !doors.test(path));

// As package.json's `imports` name them; who asks decides which build that is.
const names = ["#door", ...modules.map((path) => `#${path.replace(/\.js$/, "")}`)];
const script = join(root, "test/fixtures/build/exports-of.mjs");
const flags = (conditions: readonly string[]) => conditions.map((condition) => `--conditions=${condition}`);

type Exports = Record<string, [name: string, kind: string][]>;

function inProcess(...conditions: string[]): Exports {
  const options = { encoding: "utf8" } as const;
  const output = execFileSync(
    process.execPath,
    [...flags(conditions), script, JSON.stringify(names)],
    options,
  );
  return JSON.parse(output) as Exports;
}

function inWorker(...conditions: string[]): Promise<Exports> {
  const worker = new Worker(script, { workerData: names, execArgv: flags(conditions) });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

const namesOf = (all: Exports) =>
  Object.fromEntries(Object.entries(all).map(([name, kinds]) => [name, kinds.map(([key]) => key)]));

describe("both builds are the same modules", () => {
  const stepped = inProcess();
  const blocking = inProcess("refzero-blocking");

  test("with the same files, but for the doors", () => {
    expect(built("blocking").filter((path) => !doors.test(path))).toEqual(modules);
    expect(built("stepped").filter((path) => doors.test(path))).toEqual(["shared/atomic/stepped.js"]);
    expect(built("blocking").filter((path) => doors.test(path))).toEqual([
      "shared/atomic/blocking.js",
      "shared/atomic/gated.js",
      "shared/atomic/scheduled.js",
    ]);
  });

  test.each(Object.keys(stepped))("%s exports the same names", (name) => {
    expect(namesOf(blocking)[name]).toEqual(namesOf(stepped)[name]);
  });

  test("the stepped one with generators, the blocking one without", () => {
    const generators = (all: Exports) =>
      Object.values(all)
        .flat()
        .filter(([, kind]) => kind === "GeneratorFunction");
    expect(generators(stepped).length).toBeGreaterThan(50);
    expect(generators(blocking)).toEqual([]);
  });

  test("a worker gets the build that its execArgv names, whatever the parent has", async () => {
    expect(await inWorker("refzero-blocking")).toEqual(blocking);
    expect(await inWorker()).toEqual(stepped);
  });

  test.each(["gated", "scheduled"])("the %s door exports the same names", (door) => {
    expect(namesOf(inProcess(`refzero-${door}`, "refzero-blocking"))["#door"]).toEqual(
      namesOf(stepped)["#door"],
    );
  });

  test("line by line: stars and yields blanked, imports bound, and nothing else", () => {
    for (const path of modules) {
      const before = readFileSync(join(root, "dist/stepped", path), "utf8");
      const after = readFileSync(join(root, "dist/blocking", path), "utf8");
      expect(after.split("\n").length, path).toBe(before.split("\n").length);
      const [body, erased] = [withoutImports(before), withoutImports(after)];
      expect(erased.length, path).toBe(body.length);
      const changed = body.split("").filter((character, at) => character !== erased[at]);
      expect(changed.join("").replaceAll(/[yield*]/g, ""), path).toBe("");
    }
  });
});

/** The text without its imports and what the builder makes of them. */
function withoutImports(text: string): string {
  return text.replaceAll(/^import [^;]*;(?: const \{[^}]*\} = \$m\d+;)?\n*/gm, "");
}
