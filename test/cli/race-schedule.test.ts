import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { catalogue } from "#scenarios/index";
import type { ReplayRecord } from "../../src/record/replay-record.ts";
import type { RunRecord } from "../../src/record/run-record.ts";
import { checkRunRecord } from "../../src/record/run-record-schema.ts";
import { parseSchedule } from "../../src/record/schedule-schema.ts";
import { refzero, shell, useFolder } from "./cli.ts";
import { scenarioText } from "./user-scenarios.ts";

const folder = useFolder();
const run = (...args: string[]) => refzero(args, { cwd: folder.path });

async function raced(...args: string[]): Promise<RunRecord> {
  const { stdout, stderr } = await run("race", ...args, "--stop-first", "--seconds", "20", "--json");
  expect(stderr).toBe("");
  return checkRunRecord(JSON.parse(stdout));
}

const mutants = catalogue.flatMap(({ definition: { name, modes, mutants, params, foundBy } }) => {
  // With more tasks than cores somebody has to be stopped between two locks: that is what the gate is for.
  const more = Number(params.tasks?.default ?? 2) > availableParallelism() ? ["--chaos", "20"] : [];
  // What only the explorer finds by itself is no matter for a race of seconds.
  return modes[0] === "batch" && foundBy?.includes("race") !== false
    ? Object.entries(mutants).map(
        ([mutant, kinds]) => [name, mutant, kinds as readonly string[], more] as const,
      )
    : [];
});

describe("what a race meets becomes a schedule that ends in the same:", () => {
  test.each(mutants)(
    "%s, mutant %s",
    async (name, mutant, kinds, more) => {
      const { verdict, violations, schedule } = await raced(name, "-p", `mutant=${mutant}`, ...more);
      expect(verdict).toBe("violated");
      expect(kinds).toContain(violations[0]?.kind);
      expect(schedule).toMatchObject({
        file: expect.stringMatching(/^\.refzero\/[\w-]+-[0-9a-f]{4}\.schedule\.json$/),
        from: expect.stringMatching(/^(?:the recorded events|a search)$/),
        steps: expect.any(Number),
        preemptions: expect.any(Number),
      });
      expect(violations.map(({ kind }) => kind as string)).toContain(schedule?.kind);
      const file = schedule?.file ?? "";
      const kept = parseSchedule(file, readFileSync(join(folder.path, file), "utf8"));
      expect(kept).toMatchObject({
        scenario: name,
        kind: schedule?.kind,
        preemptions: schedule?.preemptions,
      });
      expect(kept.steps).toHaveLength(schedule?.steps ?? -1);
      const { status, stdout } = await run("replay", file, "--threads", "--json");
      const replayed = JSON.parse(stdout) as ReplayRecord;
      expect(status).toBe(1);
      expect(replayed).toMatchObject({ reproduced: true, threads: { same: true, kind: schedule?.kind } });
      expect(replayed.violations[0]?.kind).toBe(schedule?.kind);
    },
    120_000,
  );
});

test("the report says where it is, and the command it prints replays it", async () => {
  const { status, stdout } = await run(
    "race",
    "ww/abba",
    "-p",
    "mutant=no-backoff",
    "--stop-first",
    "--seconds",
    "20",
  );
  expect(status).toBe(1);
  const [, saved = ""] = /^saved {2}(\.refzero\/\S+\.schedule\.json)/m.exec(stdout) ?? [];
  expect(saved).not.toBe("");
  const [, command = ""] = /(refzero replay \S+)/.exec(stdout) ?? [];
  expect(command).toBe(`refzero replay ${saved}`);
  expect((await shell(command, { cwd: folder.path })).status).toBe(1);
}, 60_000);

test("a user's own file: the schedule is replayed from its path", async () => {
  folder.write(
    "mine.ts",
    scenarioText({
      imports: "add, report",
      one: "const seen = yield* load(root);\n  yield* store(root, seen + 1);",
      two: "const seen = yield* load(root);\n  yield* store(root, seen + 1);",
      check: 'if ((yield* load(root)) !== 2) report("invariant", root, 0);',
    }),
  );
  const { schedule } = await raced("mine.ts");
  expect(schedule?.kind).toBe("invariant");
  const { status, stdout } = await run("replay", schedule?.file ?? "", "--threads");
  expect(status).toBe(1);
  expect(stdout).toMatch(/^violated: invariant /m);
}, 60_000);

test("without the recorder another interleaving is searched that ends the same", async () => {
  const { schedule } = await raced("ww/abba", "-p", "mutant=no-backoff", "--no-recorder");
  expect(schedule).toMatchObject({ from: "a search", kind: "deadlock" });
}, 60_000);

test("a race that holds saves none, and a soak neither", async () => {
  const held = await run("race", "ww/abba", "--seconds", "0.3", "--json");
  expect(JSON.parse(held.stdout)).toMatchObject({ verdict: "holds", schedule: null });
  const soaked = await raced("shmem/churn", "-p", "mutant=shrinker-plain-get");
  expect(soaked).toMatchObject({ mode: "soak", verdict: "violated", schedule: null });
  expect(folder.list()).toEqual([]);
}, 60_000);
