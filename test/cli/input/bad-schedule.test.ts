import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Schedule, ScheduleStep } from "../../../src/record/schedule.ts";
import { refzero, useFolder } from "../cli.ts";
import { scenarioText } from "../user-scenarios.ts";
import { refused } from "./refused.ts";

const folder = useFolder();
let good: Schedule;
let step: ScheduleStep;

const made = mkdtempSync(join(tmpdir(), "refzero-test-"));
beforeAll(async () => {
  await refzero(["explore", "dpor/shrink", "-p", "bug=1", "--schedule", "s.json", "-q"], { cwd: made });
  good = JSON.parse(readFileSync(join(made, "s.json"), "utf8")) as Schedule;
  step = good.steps[0] as ScheduleStep;
});
afterAll(() => rmSync(made, { recursive: true }));

/** What `replay` says of a file with this text. */
function said(text: string | Uint8Array, ...more: string[]): Promise<string> {
  writeFileSync(join(folder.path, "s.json"), text);
  return refused(folder, ["replay", "s.json", ...more]);
}

const saidOf = (change: object): Promise<string> => said(JSON.stringify({ ...good, ...change }));

describe("a file that is no schedule", () => {
  const noJson =
    /^cannot use 's\.json': it is no JSON, or cut off \([^\n]+\); a schedule file is what explore and race save\.$/;
  const foreign = `cannot use 's.json': it is no schedule file: "format" is not "refzero-schedule".`;

  test.each([
    ["empty", ""],
    ["blank", " \n\n"],
  ])("%s", async (_, text) => {
    expect(await said(text)).toBe(
      "cannot use 's.json': it is empty; a schedule file is what explore and race save.",
    );
  });

  test("garbage, much of it, NUL bytes, half a file", async () => {
    expect(await said("{")).toMatch(noJson);
    expect(await said("\u0000\u001b[31m\u0000")).toMatch(noJson);
    expect(await said(new Uint8Array(4096).map((_, at) => (at * 7919) & 0xff))).toMatch(noJson);
    expect(await said("x\n".repeat(5_000_000))).toMatch(noJson);
    expect(await said(JSON.stringify(good).slice(0, 300))).toMatch(noJson);
  });

  test.each([
    ["null", "null"],
    ["a number", "1"],
    ["a list", "[]"],
    ["package.json", readFileSync("package.json", "utf8")],
    [
      "a run record",
      JSON.stringify({ format: "refzero-run", version: 1, scenario: "ww/abba", violations: [] }),
    ],
    ["a checkpoint", JSON.stringify({ format: "refzero-checkpoint", version: 1 })],
  ])("%s", async (_, text) => {
    expect(await said(text)).toBe(foreign);
  });

  test("a folder, no file at all", async () => {
    mkdirSync(join(folder.path, "dir"));
    expect(await refused(folder, ["replay", "dir"])).toBe("cannot read 'dir': it is a folder.");
    expect(await refused(folder, ["replay", "none.json"])).toBe(
      "cannot read 'none.json': there is no such file.",
    );
    expect(await refused(folder, ["replay"])).toBe("missing required argument 'file'");
  });
});

describe("a schedule with a part that cannot be", () => {
  test("another version, and what is read", async () => {
    expect(await saidOf({ version: 2 })).toBe("cannot use 's.json': it has version 2; this refzero reads 1.");
  });

  test("names the part, on threads and as JSON too", async () => {
    const message = /^cannot use 's\.json': steps\.0\.task: /;
    const text = JSON.stringify({ ...good, steps: [{ ...step, task: -1 }] });
    expect(await said(text)).toMatch(message);
    expect(await said(text, "--threads", "--json")).toMatch(message);
  });

  test("a task that is not there", async () => {
    expect(await saidOf({ steps: [step, { ...step, task: 3 }] })).toBe(
      "cannot use 's.json': steps.1.task: there is no task 3, only 0 to 2.",
    );
  });

  test("a scenario, a parameter or a value that is not there", async () => {
    expect(await saidOf({ scenario: "dpor/shrnk" })).toBe(
      "no scenario 'dpor/shrnk'; did you mean dpor/shrink? `refzero list` shows all.",
    );
    expect(await saidOf({ params: { bgu: 1 } })).toBe(
      "dpor/shrink has no parameter 'bgu'; did you mean bug? Allowed: bug.",
    );
    expect(await saidOf({ params: { bug: 7 } })).toMatch(
      /^dpor\/shrink: parameter bug cannot be '7'\. Allowed: /,
    );
    expect(await saidOf({ scenario: "./gone.ts" })).toBe("cannot read './gone.ts': no such file.");
  });
});

describe("a schedule that no longer fits says at which step, and how:", () => {
  const misfit = (at: number, of: number, how: RegExp): RegExp =>
    new RegExp(
      `^s\\.json no longer fits: at step ${at} of ${of} ${how.source} Find it anew with explore or race\\.$`,
    );

  test("other parameters", async () => {
    expect(await saidOf({ params: { bug: 0 } })).toMatch(
      misfit(
        1,
        good.steps.length,
        /t0 did 'read words#1\[2\]', and now does '.+' \(src\/scenarios\/dpor\/shrink\.ts:\d+:\d+\)\./,
      ),
    );
  });

  test("another hash: it meets another value", async () => {
    const steps = good.steps.map((one, at) => (at === 4 ? { ...one, hash: "00000000" } : one));
    expect(await saidOf({ steps })).toMatch(
      misfit(5, steps.length, /t\d does '.+' \(.+\) as before, but meets another value \(.+\)\./),
    );
  });

  test("a step too many: its task does something else, waits, or has come to its end", async () => {
    const { length } = good.steps;
    const last = good.steps.at(-1) as ScheduleStep;
    expect(await saidOf({ steps: [...good.steps, last] })).toMatch(misfit(length + 1, length + 1, /.+/));
    const others = [0, 1, 2].map((task) => ({ ...last, task }));
    const told = [];
    for (const more of others) told.push(await saidOf({ steps: [...good.steps, more, more, more, more] }));
    for (const message of told) expect(message).toMatch(/no longer fits: at step \d+ of \d+ /);
    expect(told.join()).toMatch(/t2 has come to its end\./);
  });

  test("swapped tasks", async () => {
    const steps = good.steps.map((one) => ({
      ...one,
      task: one.task === 0 ? 2 : one.task === 2 ? 0 : one.task,
    }));
    expect(await saidOf({ steps })).toMatch(/no longer fits: at step [12] of \d+ /);
  });

  test("a task that has to wait says for what, and who holds it", async () => {
    await refzero(["explore", "ww/abba", "-p", "mutant=no-backoff", "--schedule", "a.json"], {
      cwd: folder.path,
    });
    const schedule = JSON.parse(readFileSync(join(folder.path, "a.json"), "utf8")) as Schedule;
    const { steps } = schedule;
    const text = JSON.stringify({ ...schedule, steps: [...steps, steps.at(-1)] });
    expect(await said(text)).toMatch(
      /no longer fits: at step \d+ of \d+ a-then-b cannot go on: it waits for ww_mutex#2, which b-then-a holds\. /,
    );
  });

  test("other task names", async () => {
    expect(await saidOf({ tasks: ["a", "b", "c"] })).toMatch(
      misfit(1, good.steps.length, /the tasks were a, b, c, and are now t0, t1, t2\./),
    );
  });

  test("an outcome that the step does not have", async () => {
    const steps = [{ ...step, outcome: 3 }, ...good.steps.slice(1)];
    expect(await saidOf({ steps })).toMatch(misfit(1, steps.length, /there is no outcome 3, only 0 to 0\./));
  });
});

describe("a schedule of a user's file that has changed", () => {
  const racy = (line: string) => scenarioText({ one: line, two: "yield* write(root + World.at.b, 5);" });
  beforeEach(async () => {
    folder.write("mine.ts", racy("yield* write(root + World.at.b, 1);"));
    await refzero(["explore", "mine.ts", "--schedule", "s.json"], { cwd: folder.path });
  });

  test("says what is there now, with file and line", async () => {
    folder.write("mine.ts", racy("yield* store(root, 1);"));
    expect(await refused(folder, ["replay", "s.json"])).toMatch(
      /^s\.json no longer fits: at step \d of 2 one did 'plain write b of mine#1', and now does 'write mine#1' \(mine\.ts:7:\d+\)\. /,
    );
  });

  test("does not mind a comment", async () => {
    folder.write("mine.ts", racy("// a comment\n  yield* write(root + World.at.b, 1);"));
    expect((await refzero(["replay", "s.json"], { cwd: folder.path })).status).toBe(1);
  });

  test("that no longer loads says where", async () => {
    folder.write("mine.ts", racy("store(root, 1);"));
    expect(await refused(folder, ["replay", "s.json"])).toMatch(
      /^(?:\.\/)?mine\.ts:7:\d+: .*; write `yield\* store/,
    );
  });
});
