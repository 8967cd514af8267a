import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ExploreRecord } from "../../src/record/explore-record.ts";
import { parseSchedule } from "../../src/record/schedule-schema.ts";
import { refzero, shell, useFolder } from "./cli.ts";

const folder = useFolder();
const run = (...args: string[]) => refzero(["explore", ...args], { cwd: folder.path });
const abba = ["ww/abba", "-p", "mutant=no-backoff"];

async function json(...args: string[]): Promise<{ status: number | string; record: ExploreRecord }> {
  const { status, stdout, stderr } = await run(...args, "--json");
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^\{[^\n]*\}\n$/);
  return { status, record: JSON.parse(stdout) as ExploreRecord };
}

describe("an exploration that holds", () => {
  test("says what it explored, and exactly what that proves; status 0", async () => {
    const { status, stdout, stderr } = await run("dpor/lastzero", "-p", "n=3");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const [header, verdict, again, ...rest] = stdout.split("\n");
    expect(header).toBe("dpor/lastzero n=3 · 4 tasks · granularity atomic · optimal DPOR");
    expect(verdict).toMatch(
      /^holds for 4 tasks, every interleaving, 12 traces \(0 blocked\), \d+\.\d\d s\. Proved for these tasks at granularity atomic, and no further\.$/,
    );
    expect(again).toBe("again  refzero explore dpor/lastzero -p n=3");
    expect(rest).toEqual([""]);
    expect(folder.list()).toEqual([]);
  });

  test("cut off, says that it is no proof; status 0, and 3 where certainty was asked for", async () => {
    const args = ["dpor/filesystem", "-p", "n=18", "--strategy", "dfs", "--executions", "1000"];
    const { status, stdout } = await run(...args);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^holds: no violation in 1,000 executions \(not exhaustive\), \d+\.\d\d s\. Not a proof\.$/m,
    );
    expect((await run(...args, "--require-exhaustive")).status).toBe(3);
    expect((await run("dpor/lastzero", "--require-exhaustive")).status).toBe(0);
  });

  test("-q prints the verdict line only", async () => {
    const { stdout } = await run("kref/get-unless-zero", "-q");
    expect(stdout).toMatch(/^holds for \d+ tasks, every interleaving, [^\n]*\n$/);
  });

  test("time that is up ends it", async () => {
    const { record, status } = await json(
      "dpor/filesystem",
      "-p",
      "n=18",
      "--strategy",
      "dfs",
      "--seconds",
      "0.2",
    );
    expect(status).toBe(0);
    expect(record).toMatchObject({ verdict: "holds", exhaustive: false, interrupted: false });
    expect(record.executions).toBeGreaterThan(0);
  });
});

test("an execution that goes on past the limit of steps is inconclusive, and says what it may be; status 3", async () => {
  const { status, stdout } = await run("dpor/fib", "-p", "n=2", "--max-steps", "3");
  expect(status).toBe(3);
  expect(stdout).toMatch(
    /^inconclusive: execution 1 passed the limit of steps in t\d, at \S+fib\.ts:\d+:\d+ \(a loop that spins\? Add `yield\* cpuRelax\(turn\)` to it, or raise --max-steps\), /m,
  );
  expect(stdout).toMatch(/^again {2}refzero explore dpor\/fib -p n=2 --max-steps 3$/m);
});

describe("an exploration that is violated", () => {
  test("shows the interleaving, who waits for whom, and how to have it again; status 1", async () => {
    const { status, stdout, stderr } = await run(...abba);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toMatch(
      /^violated: deadlock on ww_mutex#\d, execution \d+ of the first look, \d+\.\d\d s: tasks wait for each other in a cycle \(\d+ steps, 1 preemption, the fewest; found: \d+ steps, \d+\)$/m,
    );
    expect(stdout).toMatch(/^ +-- switch: preempted$/m);
    expect(stdout).toMatch(/^ +-- switch: waits for ww_mutex#\d, held by a-then-b since step \d+$/m);
    expect(stdout).toMatch(/ {3}<== here$/m);
    expect(stdout).toMatch(/^ {2}a-then-b waits for ww_mutex#2, held by b-then-a$/m);
    expect(stdout).toMatch(/^ {2}b-then-a waits for ww_mutex#1, held by a-then-b$/m);
    const [, saved = ""] = /^saved {2}(\S+)$/m.exec(stdout) ?? [];
    expect(saved).toMatch(/^\.refzero\/ww-abba-[0-9a-f]{4}\.schedule\.json$/);
    const [, again = ""] = /^again {2}(refzero replay \S+) \[--threads\]$/m.exec(stdout) ?? [];
    expect((await shell(again, { cwd: folder.path })).status).toBe(1);
  });

  test("--json is one document with what it says, and where the schedule is", async () => {
    const { status, record } = await json(...abba);
    expect(status).toBe(1);
    const { violations, ...head } = record;
    expect(head).toMatchObject({
      scenario: "ww/abba",
      engine: "explore",
      verdict: "violated",
      strategy: "dpor",
      granularity: "lock",
      exhaustive: false,
      executions: expect.any(Number),
      blocked: 0,
      steps: expect.any(Number),
      seconds: expect.any(Number),
      tasks: ["a-then-b", "b-then-a"],
    });
    const [first] = violations;
    expect(first).toMatchObject({ kind: "deadlock", preemptions: 1, fewest: true });
    expect(first?.steps).toBe(first?.witness.steps.length);
    const file = first?.schedule ?? "";
    const schedule = parseSchedule(file, readFileSync(join(folder.path, file), "utf8"));
    expect(schedule).toMatchObject({ kind: "deadlock", preemptions: 1, foundBy: record.command });
    expect(schedule.steps).toHaveLength(first?.steps ?? -1);
  });

  test("--schedule says where it is kept, and nothing else is made", async () => {
    const { record } = await json(...abba, "--schedule", "mine.json");
    expect(record.violations[0]?.schedule).toBe("mine.json");
    expect(folder.list()).toEqual(["mine.json"]);
  });

  test("--keep-going looks at the rest too, and is exhaustive; status 1", async () => {
    const { status, record } = await json("dpor/phil", "-p", "n=3", "--keep-going");
    expect(status).toBe(1);
    expect(record).toMatchObject({ exhaustive: true, firstLook: false, blocked: 0 });
    expect(record.violations.map(({ kind }) => kind)).toContain("deadlock");
  });

  test("-q prints one line, and the schedule is kept all the same", async () => {
    const { stdout } = await run(...abba, "-q");
    expect(stdout).toMatch(/^violated: deadlock [^\n]*\n$/);
    expect(existsSync(join(folder.path, ".refzero"))).toBe(true);
  });
});

describe("every strategy", () => {
  const seeded = ["random", "pct", "pos"];
  const ways = {
    dpor: "optimal DPOR",
    dfs: "every interleaving, no reduction",
    bounded: "every interleaving of 2 preemptions at most",
    random: "uniform random, seed 0000001f",
    pct: "PCT of depth 3, seed 0000001f",
    pos: "partial order sampling, seed 0000001f",
  };

  for (const [strategy, way] of Object.entries(ways)) {
    const options = ["--strategy", strategy, "--executions", "2000", "--seed", "1f"];

    test(`${strategy}: holds on a program that does`, async () => {
      const { status, stdout } = await run("dpor/lastzero", "-p", "n=3", ...options);
      expect(status).toBe(0);
      const [header = "", verdict = "", again = ""] = stdout.split("\n");
      expect(header).toBe(`dpor/lastzero n=3 · 4 tasks · granularity atomic · ${way}`);
      if (seeded.includes(strategy)) {
        expect(verdict).toMatch(/^holds: no violation in 2,000 executions \(not exhaustive\), /);
        expect(again).toContain(` --strategy ${strategy}`);
        expect(again).toContain(" --seed 0000001f");
      } else expect(verdict).toMatch(/^holds for 4 tasks, every interleaving/);
      if (strategy === "bounded") expect(verdict).toContain("of 2 preemptions at most");
      if (strategy === "pct")
        expect(verdict).toMatch(
          /A bug of depth 3 is met by one execution with at least \S+ \(1 \/ \(tasks x steps\^\(depth-1\)\), \d+ steps\); missed by all with at most \S+\.$/,
        );
    });

    test(`${strategy}: violated on one that is not, the same again`, async () => {
      const first = await json("dpor/phil", "-p", "n=3", ...options);
      const second = await json("dpor/phil", "-p", "n=3", ...options);
      expect([first.status, second.status]).toEqual([1, 1]);
      expect(first.record.violations[0]?.kind).toBe("deadlock");
      const facts = ({ executions, steps, seed, violations }: ExploreRecord) => ({
        executions,
        steps,
        seed,
        violations,
      });
      expect(facts(second.record)).toEqual(facts(first.record));
      expect(first.record.seed).toBe(seeded.includes(strategy) ? "0000001f" : null);
    });
  }

  test("a seed that was drawn is in the command that repeats it", async () => {
    const first = await run(
      "dpor/phil",
      "-p",
      "n=3",
      "--strategy",
      "random",
      "--executions",
      "1",
      "--shrink",
      "0",
    );
    const [, seed = ""] = /seed ([0-9a-f]{8})$/m.exec(first.stdout) ?? [];
    const { record } = await json("dpor/phil", "-p", "n=3", "--strategy", "random", "--seed", seed);
    expect(record.command).toBe(`refzero explore dpor/phil -p n=3 --strategy random --seed ${seed}`);
  });
});

test("every option that decides what is run is in the command that repeats it", async () => {
  const args = [
    "dpor/lastzero",
    "-p",
    "n=2",
    "--strategy",
    "bounded",
    "--bound",
    "1",
    "--granularity",
    "atomic",
  ];
  const more = [
    "--executions",
    "9",
    "--seconds",
    "5",
    "--max-steps",
    "77",
    "--shrink",
    "8",
    "--check-determinism",
  ];
  const { record } = await json(...args, ...more, "--keep-going");
  expect(record.command).toBe(["refzero explore", ...args, ...more, "--keep-going"].join(" "));
});

test.each([
  ["C.UTF-8", " · "],
  ["C", " - "],
])("writes ASCII where the locale has nothing else (%s)", async (LC_ALL, dot) => {
  const { stdout } = await refzero(["explore", ...abba], { cwd: folder.path, env: { LC_ALL } });
  expect(stdout.split("\n")[0]).toContain(`${dot}2 tasks${dot}granularity lock${dot}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  expect(/^[\x00-\x7f]*$/.test(stdout)).toBe(LC_ALL === "C");
});
