import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../src/record/run-record.ts";
import { type Ended, refzero, useFolder } from "./cli.ts";
import { abba, type Parts, scenarioText } from "./user-scenarios.ts";

// A run never hangs, whatever a scenario file does; and the process really ends.

const folder = useFolder();

async function race(text: string, ...args: string[]): Promise<{ record: RunRecord; ended: Ended }> {
  folder.write("mine.ts", text);
  const ended = await refzero(["race", "mine.ts", "--json", ...args], { cwd: folder.path });
  expect(ended.stderr).toBe("");
  expect(ended.seconds).toBeLessThan(25);
  // The interleaving of what was found is kept; nothing else is left.
  expect(folder.list().filter((name) => name !== ".refzero")).toEqual(["mine.ts"]);
  return { record: JSON.parse(ended.stdout) as RunRecord, ended };
}

const mutex: Partial<Parts> = { imports: "Mutex, mutexLock, mutexUnlock", fields: 'a: "plain", lock: Mutex' };
const passBy = "yield* mutexLock(root + World.at.lock);\n  yield* mutexUnlock(root + World.at.lock);";

describe("a cycle of waits is a deadlock that names tasks and locks:", () => {
  test.each([
    ["Mutex", "mutexLock", "mutexUnlock"],
    ["Spinlock", "spinLock", "spinUnlock"],
    ["Rwsem", "downWrite", "upWrite"],
  ])("two of type %s in opposite orders", async (type, lock, unlock) => {
    const { record, ended } = await race(abba(type, lock, unlock), "--seconds", "20");
    expect(ended.status).toBe(1);
    const [first] = record.violations;
    expect(first?.kind).toBe("deadlock");
    expect(first?.waits).toHaveLength(2);
    const [one, two] = [...(first?.waits ?? [])].sort((a, b) => a.task.localeCompare(b.task));
    expect([one, two]).toMatchObject([
      { task: "one", heldBy: "two" },
      { task: "two", heldBy: "one" },
    ]);
    expect(one?.waitsFor).not.toBe(two?.waitsFor);
    expect(first?.world).toBeGreaterThanOrEqual(0);
  });

  test("readers that want to write what the other one reads", async () => {
    const upgrade = (mine: string, other: string): string =>
      [
        `yield* downRead(root + World.at.${mine});`,
        `yield* downWrite(root + World.at.${other});`,
        `yield* upWrite(root + World.at.${other});`,
        `yield* upRead(root + World.at.${mine});`,
      ].join("\n  ");
    const text = scenarioText({
      imports: "Rwsem, downRead, downWrite, upRead, upWrite",
      fields: "a: Rwsem, b: Rwsem",
      one: upgrade("a", "b"),
      two: upgrade("b", "a"),
    });
    const { record } = await race(text, "--seconds", "20");
    expect(record.violations[0]).toMatchObject({ kind: "deadlock" });
    expect(record.violations[0]?.waits.map(({ heldBy }) => heldBy)).toEqual(["its readers", "its readers"]);
  });

  test("a task that takes its own mutex again", async () => {
    const { record } = await race(
      scenarioText({
        ...mutex,
        one: "yield* mutexLock(root + World.at.lock);\n  yield* mutexLock(root + World.at.lock);",
      }),
    );
    expect(record.violations[0]).toMatchObject({ kind: "deadlock", task: "one" });
    expect(record.violations[0]?.waits).toMatchObject([{ task: "one", heldBy: "one" }]);
  });
});

describe("a wait that nobody will end", () => {
  test("for a completion", async () => {
    const { record, ended } = await race(
      scenarioText({
        imports: "Completion, waitForCompletion",
        fields: "done: Completion",
        one: "yield* waitForCompletion(root);",
      }),
      "--seconds",
      "30",
    );
    expect(ended.status).toBe(1);
    expect(record.violations[0]).toMatchObject({ kind: "wait-forever", task: "one" });
    expect(record.violations[0]?.waits).toMatchObject([{ task: "one", heldBy: null }]);
  });

  test("for a mutex that its holder never gave back", async () => {
    const { record } = await race(
      scenarioText({ ...mutex, one: passBy, two: "yield* mutexLock(root + World.at.lock);" }),
      "--seconds",
      "30",
    );
    expect(["wait-forever", "deadlock"]).toContain(record.violations[0]?.kind);
    expect(record.violations[0]?.waits).toMatchObject([{ task: "one", heldBy: "two" }]);
  });
});

describe("a task that does not get on", () => {
  test("in a loop that never looks up: livelock, and the process ends", async () => {
    const { record, ended } = await race(
      scenarioText({ one: "yield* load(root);\n  for (;;) {}" }),
      "--seconds",
      "0.3",
    );
    expect(ended.status).toBe(1);
    expect(record.violations).toHaveLength(1);
    expect(record.violations[0]).toMatchObject({ kind: "livelock", task: "one" });
  });

  test("in a loop that relaxes: livelock too", async () => {
    const text = scenarioText({
      imports: "cpuRelax",
      one: "for (let turn = 0; (yield* load(root)) === 0; turn++) yield* cpuRelax(turn);",
    });
    const { record, ended } = await race(text, "--seconds", "0.3");
    expect(ended.status).toBe(1);
    expect(record.violations).toHaveLength(1);
    expect(record.violations[0]).toMatchObject({ kind: "livelock", task: "one" });
  });

  test("in its check, while the other one is done", async () => {
    const text = scenarioText({
      imports: "currentTask",
      one: "yield* load(root);",
      check: "yield* load(root);\n    if (currentTask() === 1) for (;;) {}",
    });
    const { record } = await race(text, "--seconds", "0.3");
    expect(record.violations[0]).toMatchObject({ kind: "livelock", task: "two" });
  });
});

describe("a worker that dies", () => {
  test("is named with the lock that it held, and the others are not waited for", async () => {
    const text = scenarioText({
      ...mutex,
      one: "yield* mutexLock(root + World.at.lock);\n  process.exit(3);",
      two: passBy,
    });
    const { record, ended } = await race(text, "--seconds", "30");
    expect(ended.status).toBe(1);
    expect(record.violations).toHaveLength(1);
    expect(record.violations[0]).toMatchObject({ kind: "worker-died", task: "one" });
    expect(record.violations[0]?.held).toEqual(["lock of mine#1"]);
    expect(record.violations[0]?.message).toMatch(/code: 3; it held lock of mine#1$/);
  });
});

test("memory that is used after its free is seen with --check memory, and only then", async () => {
  const text = scenarioText({
    imports: "free",
    fields: 'thing: "plain", heap: "plain"',
    declarations: 'const Thing = struct("thing", { x: "plain" });',
    setup: [
      "const root = yield* allocate(heap, World);",
      "yield* write(root, yield* allocate(heap, Thing));",
      "yield* write(root + World.at.heap, heap);",
      "return root;",
    ].join("\n    "),
    one: "yield* free(peek(root + World.at.heap), peek(root));",
    two: "const thing = peek(root);\n  yield* write(thing, (yield* read(thing)) + 1);",
  });
  const unchecked = await race(text, "--seconds", "0.5");
  expect(unchecked.record.verdict).toBe("holds");
  const { record, ended } = await race(text, "--seconds", "10", "--check", "memory", "--stop-first");
  expect(ended.status).toBe(1);
  expect(record.violations[0]).toMatchObject({ kind: "use-after-free", object: "thing#1", task: "two" });
});
