import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { describe, expect, onTestFinished, test } from "vitest";
import type { PlannedStep } from "../../src/record/thread-plan.ts";
import type { UsageError } from "../../src/record/usage-error.ts";
import type { FollowOptions } from "../../src/workers/follow.ts";
import { useFolder } from "../cli/cli.ts";
import { type Parts, scenarioText } from "../cli/user-scenarios.ts";
import { expectSame, follow, type Ready, ready } from "./follows.ts";
import { atRandom, type Stepped, stepped } from "./plans.ts";

const folder = useFolder();

let files = 0;

async function mine(parts: Parts): Promise<Ready> {
  // A process knows each struct by one name, and this one loads all the files.
  const text = scenarioText(parts).replace('struct("mine"', `struct("mine${files++}"`);
  const one = await ready(join(folder.path, folder.write("mine.ts", text)));
  onTestFinished(one.scenario.cleanup);
  return one;
}

const run = ({ scenario, params }: Ready, seed: number, most?: number): Stepped =>
  atRandom(scenario.definition, params, seed, most);

/** Workers of this process that have not ended. */
const alive = new Set<Worker>();
process.on("worker", (worker) => {
  alive.add(worker);
  worker.once("exit", () => alive.delete(worker));
});

/** Two tasks that between them use the whole door. */
const everything: Parts = {
  imports:
    "add, and, choose, compareExchange, cpuRelax, exchange, exchangeWhen, loadWhen, notify, or, readOnce, report, wait, writeOnce",
  fields: 'a: "atomic", b: "plain", bits: "atomic", flag: "atomic", lock: "atomic"',
  declarations: "const { a: A, b: B, bits: BITS, flag: FLAG, lock: LOCK } = World.at;",
  one: `const got = yield* choose(5);
  yield* add(root + A, got + 1);
  yield* or(root + BITS, 6);
  yield* and(root + BITS, 3);
  yield* exchangeWhen(root + LOCK, 0, 1);
  yield* write(root + B, (yield* read(root + B)) + 1);
  yield* store(root + LOCK, 0);
  yield* writeOnce(root + FLAG, 1);
  yield* notify(root + FLAG, 1);
  if ((yield* choose(2)) === 1) report("invariant", root + A, yield* load(root + A));`,
  two: `yield* exchangeWhen(root + LOCK, 0, 2);
  yield* write(root + B, (yield* read(root + B)) + 1);
  yield* exchange(root + LOCK, 0);
  while ((yield* readOnce(root + FLAG)) === 0) yield* wait(root + FLAG, 0);
  for (let turn = 0; (yield* compareExchange(root + BITS, 2, 7)) === 0; turn++) yield* cpuRelax(turn);
  yield* loadWhen(root + FLAG, 1);`,
};

describe("a user's own scenario", () => {
  test("is followed through the whole door", async () => {
    const one = await mine(everything);
    for (let seed = 1; seed <= 12; seed++) {
      const planned = run(one, seed);
      expectSame(await follow(one, planned.plan), planned);
    }
  });

  test("that uses freed memory is caught in the act", async () => {
    const one = await mine({
      imports: "free",
      setup:
        "const root = yield* allocate(heap, World);\n    yield* write(root + World.at.b, heap);\n    return root;",
      one: "yield* free(peek(root + World.at.b), root);",
      two: "yield* load(root);\n  yield* store(root, 1);",
    });
    const kinds = new Set<string>();
    for (let seed = 1; seed <= 6; seed++) {
      const planned = run(one, seed);
      const followed = await follow(one, planned.plan);
      expectSame(followed, planned);
      for (const { kind } of followed.reports) kinds.add(kind);
    }
    expect([...kinds]).toEqual(["use-after-free"]);
  });

  test("whose steps are told of as written or not", async () => {
    const one = await mine({
      imports: "compareExchange",
      one: "yield* store(root, 1);\n  yield* compareExchange(root, 1, 2);\n  yield* compareExchange(root, 1, 3);\n  yield* load(root);",
      tasks: '[{ name: "one", run: one }]',
    });
    const { log } = await follow(one, run(one, 1).plan);
    expect(log.map(({ before, wrote }) => [before, wrote])).toEqual([
      [0, true],
      [1, true],
      [2, false],
      [2, false],
    ]);
  });
});

describe("what a plan cannot ask for:", () => {
  test("that a sleeper goes on before somebody has woken it", async () => {
    const one = await mine({
      imports: "notify, wait",
      one: "yield* wait(root, 0);",
      two: "yield* notify(root + 1, 9);\n  yield* notify(root, 1);",
    });
    const { definition } = one.scenario;
    // Task 0 until it sleeps, then task 1 to its end, then task 0 to its own.
    const planned = stepped(definition, one.params, ([first = 0]) => first, { most: 9, outcome: () => 0 });
    expectSame(await follow(one, planned.plan), planned);
    const [wait, other, notify, asleep] = planned.plan.steps as PlannedStep[];
    for (const [steps, woken] of [
      [[wait, asleep], false],
      [[wait, other, asleep], false],
      [[wait, other, notify, asleep], true],
    ] as const) {
      const { misfit, taken } = await follow(one, { tasks: 2, steps: steps as readonly PlannedStep[] });
      expect(taken).toBe(woken ? steps.length : steps.length - 1);
      expect(misfit?.why).toBe(woken ? undefined : "impossible");
    }
  });

  test("a wait that is not over, a choice that is not offered", async () => {
    const one = await mine({
      imports: "choose, loadWhen",
      one: "yield* choose(2);\n  yield* store(root, 1);",
      two: "yield* loadWhen(root, 1);",
    });
    const { plan } = run(one, 1);
    const last = plan.steps.filter(({ task }) => task === 1);
    expect((await follow(one, { tasks: 2, steps: last })).misfit).toMatchObject({
      why: "impossible",
      step: 0,
      task: 1,
    });
    const steps = plan.steps.map((step, at) => (at === 0 ? { ...step, outcome: 2 } : step));
    expect((await follow(one, { tasks: 2, steps })).misfit).toMatchObject({
      why: "outcome",
      step: 0,
      task: 0,
    });
  });
});

describe("nothing hangs, and no thread is left behind:", () => {
  const endless: Parts = { one: "yield* load(root);\n  for (;;) {}" };
  const firstStep = (one: Ready) => {
    const [at] = run(one, 1, 0).pending;
    return { tasks: 2, steps: [{ task: 0, kind: at?.kind ?? 0, addr: at?.addr ?? 0, outcome: 0 }] };
  };
  const tried = async (one: Ready, options: Partial<FollowOptions> = {}) => {
    const followed = await follow(one, firstStep(one), options);
    expect(alive.size).toBe(0);
    return followed;
  };

  test("a task that does not come to its next step is late", async () => {
    const { misfit, taken } = await tried(await mine(endless), { seconds: 2 });
    expect(misfit).toMatchObject({ why: "late", step: 0, task: 0 });
    expect(taken).toBe(0);
  });

  test("a signal ends it", async () => {
    const started = performance.now();
    const signal = AbortSignal.timeout(500);
    const followed = await tried(await mine(endless), { signal, seconds: 60 });
    expect(followed).toMatchObject({ stopped: true, misfit: undefined });
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(await tried(await mine(endless), { signal })).toMatchObject({ stopped: true, taken: 0 });
  });

  test("a worker that dies is named", async () => {
    const one = await mine({ one: "yield* load(root);\n  (globalThis as any).process.exit(3);" });
    const { misfit, thrown } = await tried(one);
    expect(misfit).toMatchObject({ why: "died", step: 0, task: 0 });
    expect(thrown).toMatchObject([{ task: 0 }]);
  });

  test("a task that swallows every throw is ended all the same", async () => {
    const one = await mine({ one: "for (;;) try { yield* load(root); } catch {}" });
    expect(await tried(one)).toMatchObject({ taken: 1, misfit: undefined });
  });

  test("what a task throws is told of, as in the stepper, and nothing is checked then", async () => {
    const one = await mine({
      imports: "report",
      one: 'yield* load(root);\n  throw new Error("boom");',
      check: 'yield* load(root);\n    report("invariant", root, 0);',
    });
    const planned = run(one, 1);
    const followed = await follow(one, planned.plan);
    expect(followed.thrown).toMatchObject([{ task: 0, message: "boom" }]);
    expectSame({ ...followed, thrown: [] }, planned);
    expect(followed.pending.map(({ threw }) => threw)).toEqual([true, false]);
  });

  test("what the check throws, too", async () => {
    const one = await mine({
      one: "yield* load(root);",
      check: 'yield* load(root);\n    throw new Error("bad");',
    });
    const followed = await follow(one, run(one, 1).plan);
    expect(followed).toMatchObject({ misfit: undefined, thrown: [{ task: -1, message: "bad" }] });
  });

  test("a setup that throws is bad input", async () => {
    const one = await mine({ one: "yield* load(root);", setup: 'throw new Error("no world");' });
    const refused = follow(one, { tasks: 2, steps: [] });
    await expect(refused).rejects.toMatchObject({ code: "BAD_SCENARIO_FILE" } satisfies Partial<UsageError>);
    expect(alive.size).toBe(0);
  });
});
