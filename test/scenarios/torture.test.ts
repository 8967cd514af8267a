import { describe, expect, test } from "vitest";
import { checkRunRecord } from "../../src/record/run-record-schema.ts";
import { race, told } from "../workers/races.ts";
import { exploredAs } from "./judged.ts";

// A second of each kind of lock, on threads, and one operation of each task in every interleaving. The mutants are
// raced in mutants.test.ts.

const kinds = ["mutex", "ww_mutex", "rwsem", "spinlock", "refcount"];
const locks = kinds.filter((kind) => kind !== "refcount");

describe("a second of torture", () => {
  test.each(kinds)("%s lets nobody in beside another", async (kind) => {
    const record = await race(`torture/${kind}`, { seconds: 1 });
    expect(record.verdict, told(record)).toBe("holds");
    const { writes, reads } = record.torture ?? {};
    expect(writes?.fail).toBe(0);
    expect(writes?.total).toBeGreaterThan(0);
    expect((writes?.total ?? 0) + (reads?.total ?? 0)).toBe(record.ops);
    expect(checkRunRecord(JSON.parse(JSON.stringify(record)))).toEqual(record);
  });

  test("only a lock to read under has readers, and they are counted by themselves", async () => {
    const [rwsem, mutex] = [await race("torture/rwsem"), await race("torture/mutex")];
    expect(rwsem.torture?.reads?.total).toBeGreaterThan(0);
    expect(rwsem.torture?.reads?.total).toBe((rwsem.tasks[2]?.ops ?? 0) + (rwsem.tasks[3]?.ops ?? 0));
    expect(mutex.torture?.reads).toBeNull();
  });

  test("nested mutexes are taken in order, and now and then without the main one", async () => {
    const param = { nested_locks: "8", writers: "3" };
    const record = await race("torture/mutex", { param, seconds: 1 });
    expect(record.verdict, told(record)).toBe("holds");
    expect(record.ops).toBeLessThan(record.tasks.reduce((sum, { worlds }) => sum + worlds, 0));
  });

  test("any other scenario has no such statistics", async () => {
    expect(await race("ww/abba")).not.toHaveProperty("torture");
  });
});

describe("time in a torture", () => {
  // Rounds of a pause are not operations, and a task comes back once in 10 ms. The run's seconds are those that the main
  // thread saw, which on a busy machine sees it begin late: a second to spare.
  test("a task runs for a while and pauses for a while", async () => {
    const record = await race("torture/spinlock", { param: { stutter: "1" }, seconds: 1.6 });
    for (const { worlds, ops } of record.tasks) {
      expect(ops).toBeGreaterThan(1000);
      expect(worlds - ops).toBeGreaterThan(0);
      expect(worlds - ops).toBeLessThan((record.seconds + 1) * 100);
    }
  });

  test("stutter=0 never pauses", async () => {
    const record = await race("torture/spinlock", { param: { stutter: "0" } });
    for (const { worlds, ops } of record.tasks) expect(worlds).toBe(ops);
  });

  test("the longest hold there is does not outlast the run", async () => {
    // Readers of a rwsem always stay for half of long_hold.
    const record = await race("torture/rwsem", { param: { long_hold: "10000", writers: "0" }, seconds: 0.2 });
    expect(record.verdict, told(record)).toBe("holds");
    expect(record.seconds).toBeLessThan(4);
  });
});

describe("explored, one operation a task", () => {
  test.each(kinds)("%s holds in every interleaving", async (kind) => {
    const { witnesses, exhaustive } = await exploredAs(`torture/${kind}`, {});
    expect({ witnesses, exhaustive }).toEqual({ witnesses: [], exhaustive: true });
  });

  test.each(locks)(
    "%s that is not taken is caught, by the race of its flag and by the flag",
    async (kind) => {
      const found = await exploredAs(`torture/${kind}`, { mutant: "lock-busted" }, { keepGoing: true });
      expect([...found.kinds]).toEqual(expect.arrayContaining(["data-race", "invariant"]));
    },
  );

  test.each([
    ["get-not-atomic", "refcount-leak"],
    ["get-zero", "refcount-get-zero"],
  ])("refcount mutant %s is caught", async (mutant, kind) => {
    const found = await exploredAs("torture/refcount", { mutant }, { keepGoing: true });
    expect([...found.kinds]).toContain(kind);
  });
});
