import { describe, expect, test } from "vitest";
import type { ExploreRecord } from "../../src/record/explore-record.ts";
import { refzero, useFolder } from "./cli.ts";
import { scenarioText } from "./user-scenarios.ts";

const folder = useFolder();
const run = (...args: string[]) => refzero(["explore", ...args], { cwd: folder.path });

/** Two tasks that count, and one that forgot the lock. */
const forgotten = `import { allocate, Mutex, mutexLock, mutexUnlock, read, scenario, struct, write } from "refzero";

const World = struct("counter", { lock: Mutex, count: "plain" });

function* careful(root) {
  yield* mutexLock(root + World.at.lock);
  yield* write(root + World.at.count, (yield* read(root + World.at.count)) + 1);
  yield* mutexUnlock(root + World.at.lock);
}

function* careless(root) {
  yield* write(root + World.at.count, 5);
}

export default scenario({
  name: "mine/forgotten", claim: "two tasks count", source: "", params: {}, expect: "holds", mutants: {}, modes: ["batch"],
  worldWords: () => 64, *setup(heap) { return yield* allocate(heap, World); },
  tasks: () => [{ name: "careful", run: careful }, { name: "careless", run: careless }], *check() {},
});
`;

describe("a user's file with one forgotten lock", () => {
  test("is a data race that names both lines, with the values before and after", async () => {
    folder.write("mine.js", forgotten);
    const { status, stdout, stderr } = await run("mine.js");
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toMatch(
      /^violated: data-race on count of counter#1, .*: two plain accesses to a word are not ordered, and one is a write \(\d steps, [01] preemptions?, the fewest; /m,
    );
    expect(stdout).toMatch(
      /^ {2}(?:and )?plain (?:read|write) of count of counter#1 by careful, step \d: value \S.*\n {4}at mine\.js:7:\d+$/m,
    );
    expect(stdout).toMatch(
      /^ {2}(?:and )?plain write of count of counter#1 by careless, step \d: value changed: \d -> 5\n {4}at mine\.js:12:\d+$/m,
    );
  });

  test("--json has both sides", async () => {
    folder.write("mine.js", forgotten);
    const { violations } = JSON.parse((await run("mine.js", "--json")).stdout) as ExploreRecord;
    const accesses = violations[0]?.witness.accesses ?? [];
    expect(accesses.map(({ task, at }) => `${task} ${at?.replace(/:\d+$/, "")}`).sort()).toEqual([
      "careful mine.js:7",
      "careless mine.js:12",
    ]);
    expect(accesses.find(({ task }) => task === "careless")).toMatchObject({
      access: "plain write",
      after: 5,
    });
  });

  test("with the lock taken it holds", async () => {
    const right = forgotten.replace(
      "  yield* write(root + World.at.count, 5);",
      "  yield* mutexLock(root + World.at.lock);\n  yield* write(root + World.at.count, 5);\n  yield* mutexUnlock(root + World.at.lock);",
    );
    folder.write("mine.js", right);
    const { status, stdout } = await run("mine.js", "--require-exhaustive");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^holds for 2 tasks, every interleaving, \d traces \(0 blocked\), /m);
  });
});

describe("a user's own file", () => {
  test("that throws is named with file and line, in a replay too", async () => {
    folder.write("mine.ts", scenarioText({ one: 'yield* load(root);\n  throw new Error("boom");' }));
    const { status, stdout } = await run("mine.ts");
    expect(status).toBe(1);
    expect(stdout).toMatch(/^violated: task-threw, .*: a task threw an exception: boom \(mine\.ts:8:9\) \(/m);
    const [, saved = ""] = /^saved {2}(\S+)$/m.exec(stdout) ?? [];
    const replay = await refzero(["replay", saved], { cwd: folder.path });
    expect(replay.stdout).toMatch(
      /^violated: task-threw: a task threw an exception: boom \(mine\.ts:8:9\) \(/m,
    );
  });

  test("that draws lots is explored with each of them", async () => {
    folder.write(
      "mine.ts",
      scenarioText({
        imports: "choose, report",
        one: 'if ((yield* choose(5)) === 4) report("invariant", root, 4);',
      }),
    );
    const { record } = { record: JSON.parse((await run("mine.ts", "--json")).stdout) as ExploreRecord };
    expect(record.violations[0]).toMatchObject({ kind: "invariant", value: 4, preemptions: 0 });
    expect(record.violations[0]?.witness.steps.map(({ outcome }) => outcome)).toContain(4);
    const replay = await refzero(["replay", record.violations[0]?.schedule ?? "", "--threads"], {
      cwd: folder.path,
    });
    expect(replay.status, replay.stderr).toBe(1);
  });

  test("leaves nothing behind when it holds", async () => {
    folder.write("mine.ts", scenarioText({ one: "yield* store(root, 1);" }));
    expect((await run("mine.ts")).status).toBe(0);
    expect(folder.list()).toEqual(["mine.ts"]);
  });
});
