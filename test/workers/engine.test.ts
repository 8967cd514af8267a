import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { RING } from "#shared/recorder/events";
import { checkRunRecord } from "../../src/record/run-record-schema.ts";
import type { UsageError } from "../../src/record/usage-error.ts";
import type { RaceProgress } from "../../src/workers/race-options.ts";
import { race, resolve, told } from "./races.ts";

const MIB = 1024 * 1024;

describe("a race", () => {
  test("is one: frees overlap with work on the same object", async () => {
    // Two tasks run at once only where the machine has two cores to spare: on a busy one it takes a while.
    let overlap = 0;
    for (let turn = 0; turn < 15 && overlap === 0; turn++) {
      const record = await race("shmem/free-vs-shrinker", { seconds: 2 });
      expect(record.verdict, told(record)).toBe("holds");
      expect(record.frees).toBe(record.worlds);
      expect(record.nsPerFree).toBeGreaterThan(0);
      ({ overlap } = record);
    }
    expect(overlap).toBeGreaterThan(0);
  }, 120_000);

  test.each(["wound-wait", "wait-die"])("backs off, and holds all the same (%s)", async (algorithm) => {
    const record = await race("ww/abba", { param: { algorithm }, seconds: 1.5 });
    expect(record.verdict, told(record)).toBe("holds");
    expect(record.backoffs).toBeGreaterThan(0);
  });

  test("reclaims where a driver allocates under its lock", async () => {
    const record = await race("shmem/free-vs-reclaim");
    expect(record.reclaims).toBeGreaterThan(0);
    expect(record.tasks[0]?.pagesReclaimed).toBeGreaterThan(0);
  });

  test("lasts as long as it is told to, from when the workers are ready", async () => {
    const record = await race("ww/abba", { seconds: 1 });
    expect(record.seconds).toBeGreaterThanOrEqual(1);
    expect(record.seconds).toBeLessThan(10);
  });

  test("tells how it stands while it runs", async () => {
    const seen: RaceProgress[] = [];
    const record = await race("shmem/free-vs-shrinker", {
      seconds: 1.5,
      onProgress: (now) => seen.push(now),
    });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.map(({ frees }) => frees)).toEqual(seen.map(({ frees }) => frees).sort((a, b) => a - b));
    expect(seen.at(-1)?.frees).toBeLessThanOrEqual(record.frees);
  });

  test("two asked for at once are done one after the other", async () => {
    const order: string[] = [];
    const noting = (name: string) => ({ seconds: 0.8, onProgress: () => order.push(name) });
    const records = await Promise.all([race("ww/abba", noting("first")), race("ww/cycle", noting("second"))]);
    expect(records.map(({ verdict }) => verdict)).toEqual(["holds", "holds"]);
    expect(records.map(({ scenario }) => scenario)).toEqual(["ww/abba", "ww/cycle"]);
    expect(order).toEqual([...order].sort());
    expect(new Set(order).size).toBe(2);
  });

  test("one that cannot begin does not stand in the way of the next", async () => {
    const tooSmall = race("ww/abba", { batch: 1 << 20, arenaBytes: MIB });
    const next = race("ww/abba");
    await expect(tooSmall).rejects.toMatchObject({ name: "UsageError", code: "ARENA_TOO_SMALL" });
    expect((await next).verdict).toBe("holds");
  });

  test("ends early when it is told to, with what was measured so far", async () => {
    const stop = new AbortController();
    const running = race("shmem/free-vs-shrinker", {
      seconds: 60,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    const record = await running;
    expect(record).toMatchObject({ interrupted: true, verdict: "holds" });
    expect(record.worlds).toBeGreaterThan(0);
    expect(record.seconds).toBeLessThan(20);
  });

  test("told to end before it has begun, it ends", async () => {
    const record = await race("ww/abba", { seconds: 60, signal: AbortSignal.abort() });
    // The workers may have swept a few worlds before the coordinator's first look.
    expect(record.interrupted).toBe(true);
    expect(record.verdict).toBe(record.worlds === 0 ? "inconclusive" : "holds");
    expect(record.seconds).toBeLessThan(60);
  });

  test("lays the same worlds out for the same seed", async () => {
    const [first, second] = [await race("ww/cycle", { seed: 7 }), await race("ww/cycle", { seed: 7 })];
    const layout = ({ seed, params, worldsPerBatch, arenaBytes, command, tasks }: typeof first) => ({
      seed,
      params,
      worldsPerBatch,
      arenaBytes,
      command,
      names: tasks.map(({ name }) => name),
    });
    expect(layout(first)).toEqual(layout(second));
    expect(first.command).toBe("refzero race ww/cycle --seed 00000007");
  });
});

describe("more tasks than cores", () => {
  test.each([6, 16])("free-vs-shrinker holds with %i tasks", async (tasks) => {
    const record = await race("shmem/free-vs-shrinker", { param: { tasks: String(tasks) }, seconds: 1.5 });
    expect(record.verdict, told(record)).toBe("holds");
    expect(record.tasks).toHaveLength(tasks);
    expect(record.cpus).toBe(availableParallelism());
  });

  test("a ring of 8 holds, with injected back-offs", async () => {
    const record = await race("ww/cycle", { param: { tasks: "8", inject: "1" }, seconds: 1 });
    expect(record.verdict, told(record)).toBe("holds");
    expect(record.backoffs).toBeGreaterThan(0);
  });
});

describe("the modes", () => {
  test("soak: one world for as long as it takes", async () => {
    const record = await race("shmem/free-vs-shrinker", { mode: "soak", seconds: 1 });
    expect(record.verdict, told(record)).toBe("holds");
    expect(record).toMatchObject({ mode: "soak", worldsPerBatch: 1 });
    expect(record.frees).toBeGreaterThan(1000);
    expect(record.arenaBytes).toBeLessThan(MIB);
  });

  test("soak catches a mutant too", async () => {
    const param = { mutant: "shrinker-plain-get" };
    const record = await race("shmem/free-vs-shrinker", { mode: "soak", seconds: 20, param });
    expect(record.verdict, told(record)).toBe("violated");
  });

  test.each([1, 50])("chaos %i: seeded delays at memory accesses, and still it holds", async (chaos) => {
    const record = await race("shmem/free-vs-reclaim", { chaos, seconds: 1 });
    expect(record.verdict, told(record)).toBe("holds");
    expect(record.worlds).toBeGreaterThan(0);
  });

  test.each([
    "shmem/free-vs-shrinker",
    "shmem/free-vs-reclaim",
    "shmem/submit-vs-shrinker",
    "shmem/churn",
    "ww/abba",
    "kref/get-unless-zero",
  ])("checked memory: %s uses none that is not its own", async (name) => {
    const record = await race(name, { checkMemory: true, seconds: 0.8 });
    expect(record.verdict, told(record)).toBe("holds");
    expect(record.worlds).toBeGreaterThan(0);
  });

  test("without the monitor no free counts as contended, not even a mutant's", async () => {
    const param = { mutant: "shrinker-lock-unref" };
    const record = await race("shmem/free-vs-shrinker", {
      param,
      monitor: false,
      seconds: 0.5,
      afterViolation: 10,
    });
    expect(record.worlds).toBeGreaterThan(0);
    expect(record.contendedFrees).toBe(0);
    expect(record.violations.map(({ kind }) => kind)).not.toContain("contention-at-free");
  });
});

describe("the arena", () => {
  test.each([0.25, 1, 255])("of %d MiB is a bound", async (mib) => {
    const record = await race("shmem/free-vs-shrinker", { arenaBytes: mib * MIB, seconds: 0.2 });
    expect(record.arenaBytes).toBeLessThanOrEqual(mib * MIB);
    expect(record.verdict, told(record)).toBe("holds");
  });

  test("is not larger than a batch needs", async () => {
    const record = await race("ww/abba", { arenaBytes: 255 * MIB, batch: 16, seconds: 0.2 });
    expect(record.worldsPerBatch).toBe(16);
    expect(record.arenaBytes).toBeLessThan(MIB);
  });

  test("too small: says what was asked, what is left, and what to do", async () => {
    const failed = await race("ww/abba", { batch: 100_000, arenaBytes: MIB }).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({ name: "UsageError" });
    expect((failed as UsageError).message).toMatch(
      /^arena too small: asked for [\d.]+ MiB \(100000 worlds of [\d.]+ [KM]?i?B?(bytes)?\), [\d.]+ KiB left of 1 MiB\. Lower --batch or raise --arena\.$/,
    );
  });
});

describe("the recorder", () => {
  const mutant = { param: { mutant: "shrinker-plain-get" }, seconds: 20 };

  test("on: a violation shows the last events of its world, task by task", async () => {
    const record = await race("shmem/free-vs-shrinker", mutant);
    const [first] = record.violations;
    expect(first?.kind, told(record)).toBe("refcount-get-zero");
    const events = first?.events ?? [];
    expect(events.length).toBeGreaterThan(0);
    expect(events.length).toBeLessThanOrEqual(RING.EVENTS);
    expect(events.map(({ event }) => event)).toContain("put");
    expect(events.every(({ task }) => ["ioctl-close", "shrinker"].includes(task))).toBe(true);
    expect(events.some(({ object }) => object === "refcount of shmem#1")).toBe(true);
    expect(checkRunRecord(record)).toEqual(record);
  });

  test("off: the same verdict, without events", async () => {
    const record = await race("shmem/free-vs-shrinker", { ...mutant, recorder: false });
    expect(record.verdict, told(record)).toBe("violated");
    expect(record.violations.flatMap(({ events }) => events)).toEqual([]);
  });
});

test("after the first violation a race goes on and counts, if it is asked to", async () => {
  const param = { mutant: "shrinker-plain-get" };
  const record = await race("shmem/free-vs-shrinker", { param, seconds: 20, afterViolation: 1 });
  expect(record.violationCount, told(record)).toBeGreaterThan(record.violations.length / 2);
  expect(record.seconds).toBeGreaterThan(1);
  expect(record.violations.length).toBeLessThanOrEqual(64);
  expect((await resolve("ww/abba")).file).toBeUndefined();
});
