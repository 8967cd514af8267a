import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { refzero, useFolder } from "../cli.ts";
import { scenarioText } from "../user-scenarios.ts";
import { refused } from "./refused.ts";

const folder = useFolder();
const abba = ["explore", "ww/abba"];

const table: readonly [args: readonly string[], message: string][] = [
  [
    ["--strategy", "dprp"],
    "--strategy cannot be 'dprp'; did you mean dpor? Allowed: dpor, dfs, bounded, random, pct, pos.",
  ],
  [["--granularity", "locks"], "--granularity cannot be 'locks'; did you mean lock? Allowed: atomic, lock."],
  [["--bound", "-1"], "--bound cannot be '-1'. Allowed: a whole number from 0 to 64."],
  [["--bound", "1.5"], "--bound cannot be '1.5'. Allowed: a whole number from 0 to 64."],
  [["--depth", "0"], "--depth cannot be '0'. Allowed: a whole number from 1 to 64."],
  [["--seed", "xyz"], "--seed cannot be 'xyz'. Allowed: 1 to 8 hexadecimal digits."],
  [["--executions", "0"], "--executions cannot be '0'. Allowed: a whole number from 1 to 1000000000000."],
  [["--seconds", "0"], "--seconds cannot be '0'. Allowed: a number from 0.01 to 604800 seconds."],
  [["--max-steps", "0"], "--max-steps cannot be '0'. Allowed: a whole number from 1 to 10000000."],
  [["--shrink", "-1"], "--shrink cannot be '-1'. Allowed: a whole number from 0 to 1000000000."],
  [["--color", "alway"], "--color cannot be 'alway'; did you mean always? Allowed: auto, always, never."],
  [
    ["-p", "mutant=no-backof"],
    "ww/abba: parameter mutant cannot be 'no-backof'; did you mean no-backoff? Allowed: none, no-backoff.",
  ],
  [["-p", "bug=1"], "ww/abba has no parameter 'bug'. Allowed: algorithm, mutant."],
  [["--stratgy", "dfs"], "unknown option '--stratgy' (Did you mean --strategy?)"],
  [["--checkpoint", "nowhere/c.json"], "cannot write 'nowhere/c.json': there is no such folder."],
  [["--checkpoint", "."], "cannot read '.': it is a folder."],
  [["--schedule", "nowhere/s.json"], "cannot write 'nowhere/s.json': there is no such folder."],
  [["again"], "too many arguments for 'explore'. Expected 1 argument but got 2."],
];

test.each(table)("explore ww/abba %j", async (args, message) => {
  expect(await refused(folder, [...abba, ...args])).toBe(message);
});

test("a place that cannot be written is known before the work, and costs no violation that is found", async () => {
  const args = [...abba, "-p", "mutant=no-backoff", "--schedule", "nowhere/s.json"];
  expect(await refused(folder, args)).toBe("cannot write 'nowhere/s.json': there is no such folder.");
});

describe("a scenario that depends on more than its schedule", () => {
  const impure: Readonly<Record<string, string>> = {
    "Math.random": "yield* load(root);\n  yield* store(root, Math.floor(Math.random() * 1e9));",
    "the clock": "yield* load(root);\n  yield* store(root, Number(process.hrtime.bigint() % 1000000007n));",
    "a variable of the module, in a step that is there or not":
      "yield* load(root);\n  if (times++ % 2 === 0) yield* load(root);",
    "a variable of the module, in a value": "yield* load(root);\n  yield* store(root, times++);",
  };
  const sentence =
    /^mine\/test is not deterministic: the same schedule led task \d elsewhere at step \d+\. Allowed: no Date\.now, no Math\.random, no state outside the arena, no shared word read other than by a step\.$/;

  test.each(Object.entries(impure))("%s: --check-determinism says at which step", async (_, one) => {
    folder.write("mine.ts", scenarioText({ declarations: "let times = 0;", one }));
    expect(await refused(folder, ["explore", "mine.ts", "--check-determinism"])).toMatch(sentence);
  });

  test("a step of another kind is noticed without being asked to", async () => {
    folder.write(
      "mine.ts",
      scenarioText({
        declarations: "let times = 0;",
        one: "if (times++ % 2 === 0) yield* store(root, 1);\n  else yield* load(root);\n  yield* load(root);",
        two: "yield* store(root, 3);\n  yield* store(root, 4);",
      }),
    );
    expect(await refused(folder, ["explore", "mine.ts"])).toMatch(sentence);
  });

  test("one that does not is none the worse for the check", async () => {
    folder.write("mine.ts", scenarioText({ one: "yield* store(root, 1);" }));
    const { status, stdout } = await refzero(["explore", "mine.ts", "--check-determinism"], {
      cwd: folder.path,
    });
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^holds for 2 tasks, /m),
    });
  });
});

describe("a checkpoint", () => {
  const search = ["explore", "dpor/filesystem", "-p", "n=18", "--strategy", "dfs", "--executions", "50"];
  const cannot = (reason: string): string => `cannot use 'c.json': ${reason}`;
  const isNone = /^cannot use 'c\.json': it is no checkpoint of this version: [^\n]+$/;

  async function made(): Promise<Record<string, unknown>> {
    await refzero([...search, "--checkpoint", "c.json"], { cwd: folder.path });
    return JSON.parse(readFileSync(join(folder.path, "c.json"), "utf8")) as Record<string, unknown>;
  }

  async function refusedAs(text: string, args: readonly string[] = search): Promise<string> {
    folder.write("c.json", text);
    const message = await refused(folder, [...args, "--checkpoint", "c.json"]);
    expect(readFileSync(join(folder.path, "c.json"), "utf8"), "it is left as it was").toBe(text);
    return message;
  }

  test.each([
    ["empty", ""],
    ["no JSON", "{"],
    ["garbage", "\u0000\u0001\u00ff".repeat(1000)],
  ])("that is %s", async (_, text) => {
    expect(await refusedAs(text)).toBe(
      cannot("it is no JSON, or cut off; a checkpoint is what explore --checkpoint writes."),
    );
  });

  test.each([
    ["null", "null"],
    ["a list", "[]"],
    ["of something else", readFileSync("package.json", "utf8")],
  ])("that is %s", async (_, text) => {
    expect(await refusedAs(text)).toMatch(isNone);
  });

  test("that is cut off, of another version, or changed", async () => {
    const checkpoint = await made();
    const text = JSON.stringify(checkpoint);
    expect(await refusedAs(text.slice(0, text.length / 2))).toMatch(/it is no JSON, or cut off;/);
    expect(await refusedAs(JSON.stringify({ ...checkpoint, version: 99 }))).toMatch(isNone);
    expect(await refusedAs(JSON.stringify({ ...checkpoint, search: { executions: 1 } }))).toMatch(isNone);
    expect(await refusedAs(JSON.stringify({ ...checkpoint, more: 1 }))).toMatch(isNone);
  });

  test("of another exploration says of which", async () => {
    const text = JSON.stringify(await made());
    const others: readonly [readonly string[], string][] = [
      [["explore", "dpor/filesystem", "-p", "n=17", "--strategy", "dfs"], 'params {"n":18}, not {"n":17}'],
      [["explore", "dpor/filesystem", "-p", "n=18"], 'strategy "dfs", not "dpor"'],
      [["explore", "dpor/lastzero", "--strategy", "dfs"], 'scenario "dpor/filesystem", not "dpor/lastzero"'],
      [[...search, "--granularity", "lock"], 'granularity "atomic", not "lock"'],
      [[...search, "--max-steps", "99"], "maxSteps 10000, not 99"],
      [[...search, "--keep-going"], "keepGoing false, not true"],
    ];
    for (const [args, difference] of others)
      expect(await refusedAs(text, args)).toBe(cannot(`it is of another exploration: ${difference}.`));
  });

  test("of another seed, where one was asked for", async () => {
    const drawn = ["explore", "dpor/lastzero", "--strategy", "random", "--executions", "5"];
    await refzero([...drawn, "--seed", "1", "--checkpoint", "c.json"], { cwd: folder.path });
    const text = readFileSync(join(folder.path, "c.json"), "utf8");
    expect(await refusedAs(text, [...drawn, "--seed", "2"])).toBe(
      cannot("it is of another exploration: seed 1, not 2."),
    );
  });

  test("with a path that the program cannot take", async () => {
    const checkpoint = await made();
    const { search: saved } = checkpoint as { search: { open: { task: number; outcome: number }[][] } };
    const open = [[{ task: 99, outcome: 0 }], ...saved.open.slice(1)];
    await refusedAs(JSON.stringify({ ...checkpoint, search: { ...saved, open } }));
  });
});
