import { chmodSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { refzero, useFolder } from "../cli.ts";
import { type Parts, scenarioText } from "../user-scenarios.ts";
import { refused as refusedIn } from "./refused.ts";

// Bad input gives one line on stderr that says what is wrong and what is allowed, status 2, and leaves nothing behind.

const folder = useFolder();
const refused = (args: readonly string[]): Promise<string> => refusedIn(folder, args);
const NOBODY = 65_534;

const free = "shmem/free-vs-shrinker";
const designs = "lock, kref-assert, helper, helper-strict, list-lock, deferred";
const seconds = "Allowed: a number from 0.05 to 604800 seconds.";

const table: readonly [args: readonly string[], message: string][] = [
  [
    ["race", "shmem/free-vs-shrinkr"],
    "no scenario 'shmem/free-vs-shrinkr'; did you mean shmem/free-vs-shrinker? `refzero list` shows all.",
  ],
  [["race", "ww/abab"], "no scenario 'ww/abab'; did you mean ww/abba? `refzero list` shows all."],
  [["race", "nothing-like-it"], "no scenario 'nothing-like-it'. `refzero list` shows all."],
  [["race", ""], "no scenario ''. `refzero list` shows all."],
  [["race", "ww/\nabba"], "no scenario 'ww/ abba'; did you mean ww/abba? `refzero list` shows all."],
  [["list", "ww/abbq"], "no scenario 'ww/abbq'; did you mean ww/abba? `refzero list` shows all."],
  [
    ["race", free, "-p", "desing=lock"],
    `${free} has no parameter 'desing'; did you mean design? Allowed: design, mutant, tasks.`,
  ],
  [["race", free, "-p", "x=1"], `${free} has no parameter 'x'. Allowed: design, mutant, tasks.`],
  [
    ["race", free, "-p", "__proto__=1"],
    `${free} has no parameter '__proto__'. Allowed: design, mutant, tasks.`,
  ],
  [
    ["race", free, "-p", "design=lokc"],
    `${free}: parameter design cannot be 'lokc'; did you mean lock? Allowed: ${designs}.`,
  ],
  [["race", free, "-p", "design="], `${free}: parameter design cannot be ''. Allowed: ${designs}.`],
  [
    ["race", free, "-p", "tasks=0"],
    `${free}: parameter tasks cannot be '0'. Allowed: a whole number from 2 to 64.`,
  ],
  [
    ["race", free, "-p", "tasks=10000"],
    `${free}: parameter tasks cannot be '10000'. Allowed: a whole number from 2 to 64.`,
  ],
  [
    ["race", free, "-p", "tasks=2.5"],
    `${free}: parameter tasks cannot be '2.5'. Allowed: a whole number from 2 to 64.`,
  ],
  [
    ["race", free, "-p", "tasks=1e1"],
    `${free}: parameter tasks cannot be '1e1'. Allowed: a whole number from 2 to 64.`,
  ],
  [
    ["race", free, "-p", "tasks=-2"],
    `${free}: parameter tasks cannot be '-2'. Allowed: a whole number from 2 to 64.`,
  ],
  [["race", free, "-p", "design"], "-p cannot be 'design'. Allowed: key=value."],
  [["race", free, "-p", "=lock"], "-p cannot be '=lock'. Allowed: key=value."],
  ...["-1", "0", "abc", "", "Infinity", "NaN", "1e9"].map(
    (value) =>
      [["race", free, "--seconds", value], `--seconds cannot be '${value}'. ${seconds}`] as [
        string[],
        string,
      ],
  ),
  [["race", free, "--seconds=-1"], `--seconds cannot be '-1'. ${seconds}`],
  [["race", free, "--seed", "xyz"], "--seed cannot be 'xyz'. Allowed: 1 to 8 hexadecimal digits."],
  [
    ["race", free, "--seed", "123456789"],
    "--seed cannot be '123456789'. Allowed: 1 to 8 hexadecimal digits.",
  ],
  [["race", free, "--batch", "0"], "--batch cannot be '0'. Allowed: a whole number from 1 to 1048576."],
  [["race", free, "--batch", "1.5"], "--batch cannot be '1.5'. Allowed: a whole number from 1 to 1048576."],
  [["race", free, "--arena", "0"], "--arena cannot be '0'. Allowed: a number from 0.25 to 255 MiB."],
  [["race", free, "--arena", "256"], "--arena cannot be '256'. Allowed: a number from 0.25 to 255 MiB."],
  [["race", free, "--chaos", "0"], "--chaos cannot be '0'. Allowed: a whole number from 1 to 1000000."],
  [["race", free, "--check", "memry"], "--check cannot be 'memry'; did you mean memory? Allowed: memory."],
  [
    ["race", free, "--color", "alway"],
    "--color cannot be 'alway'; did you mean always? Allowed: auto, always, never.",
  ],
  [["race", "ww/abba", "--soak"], "ww/abba cannot be raced with --soak. Allowed: batch."],
  [["race", free, "--sekonds", "1"], "unknown option '--sekonds' (Did you mean --seconds?)"],
  [["race", free, "-z"], "unknown option '-z'"],
  [["race", free, "--seconds"], "option '--seconds <n>' argument missing"],
  [["race"], "missing required argument 'scenario'"],
  [["race", free, "again"], "too many arguments for 'race'. Expected 1 argument but got 2."],
  [["list", "a", "b"], "too many arguments for 'list'. Expected 1 argument but got 2."],
  [["demo", "--seconds", "0"], "--seconds cannot be '0'. Allowed: a number from 0.5 to 600 seconds."],
  [["rcae"], "unknown command 'rcae' (Did you mean race?)"],
  [["help", "rcae"], "unknown command 'rcae'"],
  [["race", "nowhere.ts"], "cannot read 'nowhere.ts': no such file."],
  [["race", "./nowhere"], "cannot read './nowhere': no such file."],
  [["race", "."], "cannot read '.': it is a directory."],
];

test.each(table)("%j", async (args, message) => {
  expect(await refused(args)).toBe(message);
});

test("an arena too small says what was asked for and what is left", async () => {
  expect(await refused(["race", "ww/abba", "--batch", "1048576"])).toMatch(
    /^arena too small: asked for \d+ MiB \(1048576 worlds of \d+ bytes\), [\d.]+ MiB left of 64 MiB\. Lower --batch or raise --arena\.$/,
  );
});

describe("a scenario file", () => {
  const ok: Parts = { one: "yield* load(root);" };
  const files: readonly [what: string, text: string, message: RegExp][] = [
    ["with a syntax error", "export default\n  scenario({;", /^mine\.ts:2:13: syntax error: /],
    ["that throws", 'const x = 1;\nthrow new Error("boom");', /^mine\.ts:2:7: it throws when loaded: boom$/],
    ["that throws something else", '\nthrow "boom";', /^mine\.ts(:\d+:\d+)?: it throws when loaded: boom$/],
    [
      "that exports nothing",
      "export {};",
      /^mine\.ts: it has no default export; write `export default scenario\({ ... }\);`$/,
    ],
    ["that exports something else", "export default 42;", /^mine\.ts: its default export is no scenario: /],
    [
      "that leaves a part out",
      scenarioText(ok).replace(/ {2}expect: .*\n/, ""),
      /^mine\.ts: its default export is no scenario: expect: /,
    ],
    [
      "with a forgotten yield*",
      scenarioText({ one: "load(root);" }),
      /^mine\.ts:7:3: stepped `load` is called without `yield\*`; write `yield\* load\(…\)`$/,
    ],
    [
      "whose setup throws",
      scenarioText({ ...ok, setup: 'throw new Error("boom");' }),
      /^mine\.ts:\d+:\d+: its setup\(\) throws: boom$/,
    ],
    [
      "whose setup returns no root",
      scenarioText({ ...ok, setup: "return (yield* load(1)) * 0;" }),
      /^mine\.ts.*: its setup\(\) throws: it returned 0, not the address of the world's root$/,
    ],
    [
      "whose tasks() throws",
      scenarioText({ ...ok, tasks: '{ throw new Error("boom"); }' }),
      /^mine\.ts:\d+:\d+: its tasks\(\) throws: boom$/,
    ],
    [
      "without tasks",
      scenarioText({ ...ok, tasks: "[]" }),
      /^mine\.ts: its tasks\(\) gives 0 tasks; allowed: 1 to 64$/,
    ],
    [
      "with 10,000 tasks",
      scenarioText({ ...ok, tasks: 'Array.from({ length: 10_000 }, () => ({ name: "one", run: one }))' }),
      /^mine\.ts: its tasks\(\) gives 10000 tasks; allowed: 1 to 64$/,
    ],
    [
      "with a task that does nothing",
      scenarioText({ ...ok, tasks: '[{ name: "one" }]' }),
      /^mine\.ts: its tasks\(\) gives no name and run for task 0; allowed: /,
    ],
    [
      "of no size",
      scenarioText({ ...ok, worldWords: "Number.NaN" }),
      /^mine\.ts: its worldWords\(\) gives NaN; allowed: a whole number from 1 up$/,
    ],
    [
      "of less than no size",
      scenarioText({ ...ok, worldWords: "-4" }),
      /^mine\.ts: its worldWords\(\) gives -4; allowed: a whole number from 1 up$/,
    ],
    [
      "too large for any arena",
      scenarioText({ ...ok, worldWords: "1e9" }),
      /^arena too small: asked for .* MiB left of 64 MiB\./,
    ],
    [
      "that needs more than it says",
      scenarioText({ ...ok, worldWords: "16" }).replace(
        'a: "atomic"',
        `${Array.from({ length: 40 }, (_, i) => `f${i}: "plain"`).join(", ")}, a: "atomic"`,
      ),
      /^arena too small: asked for \d+ bytes, \d+ bytes left of \d+ bytes\. A world ran out of memory: raise the scenario's worldWords\.$/,
    ],
  ];

  test.each(files)("%s", async (_what, text, message) => {
    folder.write("mine.ts", text);
    expect(await refused(["race", "mine.ts", "--seconds", "1"])).toMatch(message);
  });

  test("that is no scenario file by its name", async () => {
    folder.write("notes.md", "# notes");
    expect(await refused(["race", "notes.md"])).toMatch(/^notes\.md: a scenario file ends in /);
  });
});

describe("a record that cannot be written is refused before the race", () => {
  const record = (file: string): Promise<string> =>
    refused(["race", "ww/abba", "--seconds", "30", "--record", file]);

  test.each([
    ["nowhere/run.json", "there is no such folder"],
    ["nowhere/", "there is no such folder"],
    ["", "it has no name"],
    [".", "it is a folder"],
    ["x".repeat(300), "the name is too long"],
  ])("%j: %s", async (file, reason) => {
    expect(await record(file)).toBe(`cannot write '${file}': ${reason}.`);
  });

  test("below a file", async () => {
    folder.write("file", "text");
    expect(await record("file/run.json")).toBe(
      "cannot write 'file/run.json': a part of the path is no folder.",
    );
    expect(readFileSync(join(folder.path, "file"), "utf8")).toBe("text");
  });

  test("in a folder, or a file, without permission", async (context) => {
    mkdirSync(join(folder.path, "closed"));
    chmodSync(join(folder.path, "closed"), 0o555);
    folder.write("fixed.json", "old");
    chmodSync(join(folder.path, "fixed.json"), 0o444);
    chmodSync(folder.path, 0o777);
    // Nothing is closed to root.
    const uid = process.getuid?.() === 0 ? { uid: NOBODY } : {};
    if ((await refzero(["--version"], { cwd: folder.path, ...uid })).status !== 0)
      context.skip("this copy of the package is readable by root only");
    for (const file of ["closed/run.json", "fixed.json"]) {
      const args = ["race", "ww/abba", "--seconds", "30", "--record", file];
      const { status, stdout, stderr } = await refzero(args, { cwd: folder.path, ...uid });
      expect({ status, stdout }, stderr).toEqual({ status: 2, stdout: "" });
      expect(stderr).toBe(`refzero: cannot write '${file}': permission denied.\n`);
    }
    expect(folder.list()).toEqual(["closed", "fixed.json"]);
  });

  test("a link to a folder is one", async () => {
    symlinkSync(folder.path, join(folder.path, "link"));
    expect(await record("link")).toBe("cannot write 'link': it is a folder.");
  });
});

test("a file that is there stays as it was when the run cannot begin", async () => {
  folder.write("run.json", "precious");
  const message = await refused(["race", "ww/abba", "-p", "tasks=9", "--record", "run.json"]);
  expect(message).toMatch(/^ww\/abba has no parameter 'tasks'/);
  folder.write("mine.ts", scenarioText({ one: "yield* load(root);", setup: 'throw new Error("boom");' }));
  await refused(["race", "mine.ts", "--record", "run.json"]);
  expect(readFileSync(join(folder.path, "run.json"), "utf8")).toBe("precious");
});

test("no arguments at all: how to use it, on stderr, and status 2", async () => {
  const { status, stdout, stderr } = await refzero([]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^Usage: refzero \[options\] \[command\]\n/);
});
