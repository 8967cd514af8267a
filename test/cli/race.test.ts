import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../src/record/run-record.ts";
import { checkRunRecord } from "../../src/record/run-record-schema.ts";
import { refzero, shell, useFolder } from "./cli.ts";
import { scenarioText } from "./user-scenarios.ts";

const folder = useFolder();
const run = (...args: string[]) => refzero(args, { cwd: folder.path });
const short = ["--seconds", "0.3"];

/** The command after `again`, as it is to be copied. */
function again(stdout: string): string {
  return /^again {2}(refzero .*?) {3}\(same inputs/m.exec(stdout)?.[1] ?? "";
}

describe("a race that holds", () => {
  test("says what ran, what it saw, and what that is worth; status 0", async () => {
    const { status, stdout, stderr } = await run(
      "race",
      "shmem/free-vs-shrinker",
      "--seconds",
      "1",
      "--seed",
      "2a",
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(
      /^shmem\/free-vs-shrinker design=lock tasks=2 · 2 tasks on 2 threads, \d+ CPUs? · 1,024 worlds a batch · seed 0000002a$/,
    );
    expect(stdout).toMatch(/^ {2}ioctl-close +[\d,]+ +[\d,]+/m);
    expect(stdout).toMatch(
      /^ {2}overlap {2}[\d,]+ of [\d,]+ frees had another task at work on the same object/m,
    );
    expect(stdout).toMatch(
      /^holds: 0 of [\d,]+ frees contended in \d\.\d s; rate < \d\.\de-\d \(95 %\)\. Not seen is not proved\.$/m,
    );
    expect(stdout).toMatch(/^Observation shmem\/free-vs-shrinker Never 0 \d+$/m);
    expect(lines.at(-2)).toBe(
      "again  refzero race shmem/free-vs-shrinker --seconds 1 --seed 0000002a   (same inputs; timing is the machine's)",
    );
  });

  test("-q prints the verdict line only", async () => {
    const { status, stdout } = await run("race", "ww/abba", "-q", ...short);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^holds: not violated in [\d,]+ worlds in [^\n]*\n$/);
  });

  test("prints the seed it has drawn, and the command with it repeats the run", async () => {
    const first = await run("race", "ww/cycle", "-p", "tasks=4", "-p", "inject=1", "--batch", "32", ...short);
    const command = again(first.stdout);
    expect(command).toMatch(
      /^refzero race ww\/cycle -p tasks=4 -p inject=1 --seconds 0\.3 --batch 32 --seed [0-9a-f]{8}$/,
    );
    const second = await shell(command);
    expect(second.status).toBe(0);
    expect(second.stdout.split("\n")[0]).toBe(first.stdout.split("\n")[0]);
    expect(again(second.stdout)).toEqual(command);
  });

  test("every option that decides what is run is in that command", async () => {
    const args = ["shmem/free-vs-shrinker", "--seconds", "0.3", "--soak", "--arena", "8", "--chaos", "50"];
    const more = ["--check", "memory", "--no-recorder", "--stop-first", "--keep-going", "--seed", "00000001"];
    const { stdout } = await run("race", ...args, ...more, "--color", "never");
    expect(again(stdout)).toBe(["refzero race", ...args, ...more].join(" "));
  });

  test("colours when told to, not when it writes to a pipe", async () => {
    const paint = "\u001B[";
    expect((await run("race", "ww/abba", "-q", ...short)).stdout).not.toContain(paint);
    expect((await run("race", "ww/abba", "-q", "--color", "always", ...short)).stdout).toContain(
      `${paint}32mholds`,
    );
  });

  test.each([
    ["C.UTF-8", " · "],
    ["C", " - "],
  ])("writes ASCII where the locale has nothing else (%s)", async (LC_ALL, dot) => {
    const { stdout } = await refzero(["race", "ww/abba", ...short], { env: { LC_ALL } });
    expect(stdout.split("\n")[0]).toContain(`${dot}2 tasks on 2 threads`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
    expect(/^[\x00-\x7f]*$/.test(stdout)).toBe(LC_ALL === "C");
  });
});

describe("a race that is violated", () => {
  test("names the kind, the object, who was there, and the last events; status 1", async () => {
    const { status, stdout, stderr } = await run(
      "race",
      "shmem/free-vs-shrinker",
      "-p",
      "mutant=shrinker-plain-get",
      "--stop-first",
      "--seconds",
      "20",
    );
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toMatch(
      /^violated: refcount-get-zero on refcount of shmem#1: a reference was taken at count zero \(/m,
    );
    expect(stdout).toMatch(/^ {2}refcount-get-zero on refcount of shmem#1 by shrinker, world \d+$/m);
    expect(stdout).toMatch(/^ {4}last events of shrinker:\n( {6}\S.*\n)+/m);
    // The first free of the run may be the contended one, and the run stops there: then it was seen always.
    expect(stdout).toMatch(/^Observation shmem\/free-vs-shrinker (Sometimes|Always) [1-9]\d* \d+$/m);
  });

  test("by a deadlock names both tasks and both locks, within seconds", async () => {
    const { status, stdout, seconds } = await run(
      "race",
      "ww/abba",
      "-p",
      "mutant=no-backoff",
      "--seconds",
      "20",
    );
    expect(status).toBe(1);
    expect(seconds).toBeLessThan(15);
    expect(stdout).toMatch(/^violated: deadlock on ww_mutex#[12]: tasks wait for each other in a cycle \(/m);
    expect(stdout).toMatch(/^ {4}a-then-b waits for ww_mutex#2, held by b-then-a$/m);
    expect(stdout).toMatch(/^ {4}b-then-a waits for ww_mutex#1, held by a-then-b$/m);
  });

  test("shrinker-lock-unref: contended frees are counted", async () => {
    const { status, stdout } = await run(
      "race",
      "shmem/free-vs-shrinker",
      "-p",
      "design=lock",
      "-p",
      "mutant=shrinker-lock-unref",
      "--seconds",
      "20",
      "--json",
    );
    const record = JSON.parse(stdout) as RunRecord;
    expect(status).toBe(1);
    expect(record.verdict).toBe("violated");
    expect(record.contendedFrees).toBeGreaterThan(0);
  });
});

describe("--json and --record", () => {
  test("one document on stdout and nothing else, which is what the file keeps", async () => {
    const { status, stdout, stderr } = await run(
      "race",
      "shmem/free-vs-reclaim",
      "--json",
      "--record",
      "run.json",
      ...short,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.endsWith("}\n")).toBe(true);
    const printed = checkRunRecord(JSON.parse(stdout));
    expect(checkRunRecord(JSON.parse(readFileSync(join(folder.path, "run.json"), "utf8")))).toEqual(printed);
    expect(Object.keys(printed)).toEqual(
      expect.arrayContaining([
        "scenario",
        "engine",
        "verdict",
        "seed",
        "seconds",
        "worlds",
        "ops",
        "frees",
        "contendedFrees",
        "overlap",
        "violations",
      ]),
    );
    expect(folder.list()).toEqual(["run.json"]);
  });

  test("a violated race is kept too, with its events", async () => {
    const { status } = await run(
      "race",
      "ww/abba",
      "-p",
      "mutant=no-backoff",
      "--stop-first",
      "--record",
      "run.json",
      "--seconds",
      "20",
    );
    expect(status).toBe(1);
    const record = checkRunRecord(JSON.parse(readFileSync(join(folder.path, "run.json"), "utf8")));
    expect(record.violations[0]?.events.length).toBeGreaterThan(0);
  });

  test("a file that is there is replaced at the end, through a link too", async () => {
    mkdirSync(join(folder.path, "kept"));
    writeFileSync(join(folder.path, "kept", "run.json"), "old");
    symlinkSync(join("kept", "run.json"), join(folder.path, "link.json"));
    await run("race", "ww/abba", "--record", "link.json", ...short);
    const text = readFileSync(join(folder.path, "kept", "run.json"), "utf8");
    expect(JSON.parse(text)).toMatchObject({ format: "refzero-run" });
    expect(folder.list()).toEqual(["kept", "link.json"]);
  });

  test("a name as long as a name can be", async () => {
    const name = "n".repeat(255);
    expect((await run("race", "ww/abba", "--record", name, ...short)).status).toBe(0);
    expect(folder.list()).toEqual([name]);
  });
});

describe("a user's own file", () => {
  test("races like one of the catalogue; spaces and quotes in its name survive `again`", async () => {
    const name = folder.write("my 'own'.ts", scenarioText({ one: "yield* store(root, 1);" }));
    const first = await run("race", name, ...short);
    expect(first.status, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/^mine\/test · 2 tasks/);
    const second = await shell(again(first.stdout), { cwd: folder.path });
    expect(second.status, second.stderr).toBe(0);
    expect(folder.list()).toEqual([name]);
  });

  test("plain JavaScript, and a file that it imports", async () => {
    folder.write(
      "steps.js",
      'import { store } from "refzero";\nexport function* step(root) {\n  yield* store(root, 1);\n}\n',
    );
    const text = scenarioText({
      one: "yield* step(root);",
      declarations: 'import { step } from "./steps.js";',
    });
    folder.write("mine.js", text.replaceAll(/: (?:Addr|Step<void>)/g, "").replace(/import type .*\n/, ""));
    const { status, stdout, stderr } = await run("race", "mine.js", ...short);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^holds: /m);
  });

  test("a task that throws is named with file and line; status 1", async () => {
    folder.write("mine.ts", scenarioText({ one: 'yield* load(root);\n  throw new Error("boom");' }));
    const { status, stdout } = await run("race", "mine.ts", ...short);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^violated: task-threw: a task threw an exception: boom \(mine\.ts:8:9\) \(/m);
  });

  test("a check that throws, too", async () => {
    folder.write(
      "mine.ts",
      scenarioText({ one: "yield* load(root);", check: 'yield* load(root);\n    throw new Error("boom");' }),
    );
    const { status, stdout } = await run("race", "mine.ts", ...short);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^violated: task-threw: a task threw an exception: boom \(mine\.ts:\d+:\d+\) \(/m);
  });
});
