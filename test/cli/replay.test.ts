import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { catalogue } from "#scenarios/index";
import type { ReplayRecord } from "../../src/record/replay-record.ts";
import type { Schedule } from "../../src/record/schedule.ts";
import { refzero, shell, useFolder } from "./cli.ts";
import { scenarioText } from "./user-scenarios.ts";

const folder = useFolder();
const run = (...args: string[]) => refzero(args, { cwd: folder.path });

/** Explores until something is wrong, and keeps the interleaving in `s.json`. */
async function found(...args: string[]): Promise<Schedule> {
  const { status, stderr } = await run("explore", ...args, "--schedule", "s.json", "-q");
  expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  return JSON.parse(readFileSync(join(folder.path, "s.json"), "utf8")) as Schedule;
}

async function replayed(...more: string[]): Promise<ReplayRecord> {
  const { status, stdout, stderr } = await run("replay", "s.json", "--json", ...more);
  expect({ status, stderr }, stdout).toEqual({ status: 1, stderr: "" });
  return JSON.parse(stdout) as ReplayRecord;
}

const mutants = catalogue.flatMap(({ definition: { name, modes, mutants } }) =>
  modes.includes("batch")
    ? Object.entries(mutants).map(([mutant, kinds]) => ({ name, mutant, kinds: kinds as readonly string[] }))
    : [],
);

describe("what explore finds, replay ends in, in one thread and on real threads:", () => {
  const others = [
    { args: ["dpor/phil", "-p", "n=3"], kinds: ["deadlock"] },
    { args: ["dpor/shrink", "-p", "bug=1"], kinds: ["use-after-free"] },
    { args: ["ww/abba", "-p", "mutant=no-backoff", "--granularity", "atomic"], kinds: ["deadlock"] },
  ];
  const all = [
    ...mutants.map(({ name, mutant, kinds }) => ({ args: [name, "-p", `mutant=${mutant}`], kinds })),
    ...others,
  ];

  test.each(all.map(({ args, kinds }) => [args.join(" "), args, kinds] as const))(
    "%s",
    async (_, args, kinds) => {
      const { kind, object, steps } = await found(...args);
      expect(kinds).toContain(kind);
      const expected = {
        verdict: "violated",
        reproduced: true,
        expected: { kind, object },
        steps: steps.length,
      };
      const alone = await replayed();
      expect(alone).toMatchObject({ ...expected, threads: null });
      expect(alone.violations.map((violation) => violation.kind)).toEqual([kind]);
      const { threads, ...onThreads } = await replayed("--threads");
      // What the stepper came to, and then the threads: both, or it is not reproduced.
      expect(onThreads).toMatchObject(expected);
      expect(onThreads.violations.map((violation) => violation.kind)).toEqual([kind]);
      expect(threads).toMatchObject({ same: true, kind, difference: null, threads: onThreads.tasks.length });
      expect(threads?.taken).toBe(threads?.planned);
    },
  );

  test("there are mutants to try", () => expect(mutants.length).toBeGreaterThan(8));
});

describe("the report of a replay", () => {
  test("is the interleaving, what is wrong at its end, and the command", async () => {
    await found("ww/abba", "-p", "mutant=no-backoff");
    const { status, stdout, stderr } = await run("replay", "s.json", "--threads");
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    const lines = stdout.split("\n");
    expect(lines[0]).toBe(
      "ww/abba algorithm=wound-wait mutant=no-backoff · 2 tasks · granularity lock · replay",
    );
    expect(stdout).toMatch(/^ +-- switch: preempted$/m);
    expect(stdout).toMatch(/^ {2}a-then-b waits for ww_mutex#2, held by b-then-a$/m);
    expect(stdout).toMatch(
      /^ {2}threads {2}(\d+) of \1 accesses taken on 2 real threads, each with the value it had in one thread: yes$/m,
    );
    expect(stdout).toMatch(
      /^violated: deadlock on ww_mutex#2 on 2 threads: tasks wait for each other in a cycle \(\d+ steps, \d+\.\d\d s, 1 preemption; as recorded\)$/m,
    );
    expect(lines.at(-2)).toBe("again  refzero replay s.json --threads");
    expect((await shell(lines.at(-2)?.slice("again  ".length) ?? "", { cwd: folder.path })).status).toBe(1);
  });

  test("-q is the verdict line only", async () => {
    await found("dpor/phil");
    const { stdout } = await run("replay", "s.json", "-q");
    expect(stdout).toMatch(/^violated: deadlock on [^\n]*\n$/);
  });

  test("the interleaving is the one that explore showed", async () => {
    const shown = (text: string): string[] => text.split("\n").filter((line) => /^ +\d+ {2}/.test(line));
    const explored = await run("explore", "dpor/shrink", "-p", "bug=1", "--schedule", "s.json");
    const { stdout } = await run("replay", "s.json");
    expect(shown(stdout).length).toBeGreaterThan(5);
    expect(shown(stdout)).toEqual(shown(explored.stdout));
  });

  test("cut short before anything is wrong, it says so, and is not what was saved; status 0", async () => {
    const { steps, ...schedule } = await found("dpor/shrink", "-p", "bug=1");
    folder.write("s.json", JSON.stringify({ ...schedule, steps: steps.slice(0, 3) }));
    const { status, stdout } = await run("replay", "s.json");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^holds: nothing is wrong at the end of the schedule \(3 steps, /m);
    const threads = await run("replay", "s.json", "--threads", "--json");
    expect(JSON.parse(threads.stdout)).toMatchObject({ verdict: "holds", reproduced: false, steps: 3 });
  });
});

describe("a user's own file", () => {
  const racy = scenarioText({
    one: "const seen = yield* read(root + World.at.b);\n  yield* write(root + World.at.b, seen + 1);",
    two: "yield* write(root + World.at.b, 5);",
  });

  test("is found by its path from the schedule, from wherever that is replayed", async () => {
    mkdirSync(join(folder.path, "work", "deep"), { recursive: true });
    folder.write("work/mine.ts", racy);
    const { status } = await refzero(["explore", "mine.ts"], { cwd: join(folder.path, "work") });
    expect(status).toBe(1);
    const [name = ""] =
      /mine-[0-9a-f]{4}\.schedule\.json/.exec(
        (await shell("ls work/.refzero", { cwd: folder.path })).stdout,
      ) ?? [];
    const file = join("work", ".refzero", name);
    expect(JSON.parse(readFileSync(join(folder.path, file), "utf8"))).toMatchObject({
      scenario: "../mine.ts",
      kind: "data-race",
    });
    for (const [cwd, path] of [
      [".", file],
      ["work", join(".refzero", name)],
      ["work/deep", join("..", ".refzero", name)],
    ] as const) {
      const { status, stdout, stderr } = await refzero(["replay", path, "--threads"], {
        cwd: join(folder.path, cwd),
      });
      expect({ status, stderr }, stdout).toEqual({ status: 1, stderr: "" });
      expect(stdout).toMatch(/^violated: data-race on b of mine#1 on 2 threads: /m);
    }
  });
});
