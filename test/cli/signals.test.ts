import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../src/record/run-record.ts";
import { checkRunRecord } from "../../src/record/run-record-schema.ts";
import { type Ended, refzero, shell, useFolder } from "./cli.ts";
import { scenarioText } from "./user-scenarios.ts";

const folder = useFolder();

/** Starts a command, sends it signals after so many milliseconds, and says how long it took from the first one. */
async function interrupted(
  args: readonly string[],
  after: readonly number[],
  signal: NodeJS.Signals = "SIGINT",
) {
  let sent = 0;
  const ended: Ended = await refzero(args, {
    cwd: folder.path,
    during: async (child) => {
      for (const pause of after) {
        await sleep(pause);
        if (sent === 0) sent = performance.now();
        child.kill(signal);
      }
    },
  });
  return { ...ended, took: (performance.now() - sent) / 1000 };
}

const race = ["race", "shmem/free-vs-shrinker", "--seconds", "60"];

describe("^C", () => {
  test("ends a race with what was measured so far, and status 130", async () => {
    const { status, stdout, stderr, took } = await interrupted(
      [...race, "--json", "--record", "run.json"],
      [2000],
    );
    expect({ status, stderr }).toEqual({ status: 130, stderr: "" });
    expect(took).toBeLessThan(5);
    const record = checkRunRecord(JSON.parse(stdout));
    expect(record).toMatchObject({ interrupted: true, verdict: "holds" });
    expect(record.worlds).toBeGreaterThan(0);
    expect(record.seconds).toBeLessThan(30);
    expect(JSON.parse(readFileSync(join(folder.path, "run.json"), "utf8"))).toEqual(record);
    expect(folder.list()).toEqual(["run.json"]);
  });

  test("says so in the verdict", async () => {
    const { status, stdout } = await interrupted(race, [2000]);
    expect(status).toBe(130);
    expect(stdout).toMatch(/^holds: 0 of .* contended in [\d.]+ s; interrupted; /m);
    expect(stdout).toMatch(/^again {2}refzero race /m);
  });

  test("SIGTERM does the same", async () => {
    const { status, stdout } = await interrupted([...race, "--json"], [2000], "SIGTERM");
    expect(status).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ interrupted: true });
  });

  test("before the workers are there: nothing was measured", async () => {
    const { status, took } = await interrupted([...race, "-p", "tasks=32", "--json"], [600]);
    expect(status === 130 || status === "SIGINT").toBe(true);
    expect(took).toBeLessThan(5);
  });

  test("a second one ends the process at once, and leaves nothing behind", async () => {
    folder.write("mine.ts", scenarioText({ one: "yield* load(root);\n  for (;;) {}" }));
    const { status, stdout, took } = await interrupted(
      ["race", "mine.ts", "--seconds", "60", "--record", "run.json"],
      [2000, 150],
    );
    expect({ status, stdout }).toEqual({ status: 130, stdout: "" });
    expect(took).toBeLessThan(3);
    expect(folder.list()).toEqual(["mine.ts"]);
  });

  test("a task that does not come back does not keep it", async () => {
    folder.write("mine.ts", scenarioText({ one: "yield* load(root);\n  for (;;) {}" }));
    const { status, took, stdout } = await interrupted(
      ["race", "mine.ts", "--seconds", "60", "--json"],
      [2000],
    );
    expect(status).toBe(130);
    expect(took).toBeLessThan(5);
    expect((JSON.parse(stdout) as RunRecord).violations.map(({ kind }) => kind)).toEqual(["livelock"]);
  });

  test("ends the demo, not one of its races", async () => {
    const { status, stdout, took } = await interrupted(["demo", "--seconds", "30"], [2500]);
    expect(status).toBe(130);
    expect(took).toBeLessThan(6);
    expect(stdout.match(/^(lock|kref-assert|helper|deferred) /gm)).toEqual(["lock "]);
  });
});

describe("a reader that goes away", () => {
  test.each([
    "refzero list | head -1",
    "refzero list --json | true",
    "refzero race ww/abba --seconds 0.3 | true",
  ])("%s: is no error", async (line) => {
    const { status, stderr } = await shell(line);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});
