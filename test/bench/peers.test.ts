import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Hammered, hammer, peer, pthread } from "./peer-modules.ts";

const WORKERS = 2;
const TURNS = 20_000;

describe("a foreign lock that excludes keeps the count:", () => {
  for (const name of ["cas-store", "futex-mutex", "asymmetric-io-mutex", "multithreading"])
    test(name, async () => {
      expect((await peer(name)).excludes ?? true).toBe(true);
      const { count, hung } = await hammer(name, WORKERS, TURNS);
      expect({ count, hung }).toEqual({ count: WORKERS * TURNS, hung: false });
    });

  test("async-mutex-server, by messages", async () => {
    const { count, hung } = await hammer("async-mutex-server", WORKERS, 2000);
    expect({ count, hung }).toEqual({ count: WORKERS * 2000, hung: false });
  });

  test("those of packages say which version", async () => {
    const packages = ["asymmetric-io-mutex", "multithreading", "async-mutex-a-worker", "async-mutex-server"];
    for (const name of packages) expect((await peer(name)).version, name).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

/** The first of some runs that goes wrong. */
async function firstWrong(name: string, turns: number, runs: number): Promise<Hammered | undefined> {
  for (let run = 0; run < runs; run++) {
    const seen = await hammer(name, WORKERS, turns);
    if (seen.hung || seen.count !== WORKERS * turns) return seen;
  }
  return undefined;
}

describe("a lock that is no lock is found out:", () => {
  test("one async-mutex a worker loses updates, and says so", async () => {
    expect((await peer("async-mutex-a-worker")).excludes).toBe(false);
    const wrong = await firstWrong("async-mutex-a-worker", 50_000, 10);
    expect(wrong?.hung).toBe(false);
    expect(wrong?.count).toBeLessThan(WORKERS * 50_000);
  });

  test("who tests and then sets loses updates", async () => {
    const wrong = await firstWrong("planted/torn", 300_000, 10);
    expect(wrong?.hung).toBe(false);
    expect(wrong?.count).toBeLessThan(WORKERS * 300_000);
  });

  test("a lost wake-up hangs, with the count right so far", async () => {
    const wrong = await firstWrong("planted/lost-wakeup", 2_000_000, 8);
    expect(wrong?.hung).toBe(true);
    expect(wrong?.count).toBeLessThan(WORKERS * 2_000_000);
  });
});

const cc = pthread.compiler();

test("a C compiler is there where it must be", ({ skip }) => {
  if (cc !== undefined) return;
  console.warn("no cc, gcc or clang here, so nothing of pthread mutexes is run");
  skip("no compiler");
});

describe.skipIf(cc === undefined)("the lock of the C library", () => {
  let folder = "";
  let binary = "";
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "refzero-pthread-"));
    binary = await pthread.build(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const mode of pthread.modes)
    test(`${mode}: keeps the count, and orders its waits`, async () => {
      const said = await pthread.measure(binary, { mode, threads: 2, seconds: 0.1 });
      expect(said).toMatchObject({ mode, threads: 2, sumOk: true });
      expect(said.ops).toHaveLength(2);
      expect(said.ops.reduce((sum, ops) => sum + ops)).toBe(said.counter);
      expect(said.nsPerOp).toBeCloseTo((said.seconds * 1e9) / said.counter, 0);
      const waits = [said.p50, said.p99, said.p999, said.max];
      expect(waits).toEqual([...waits].sort((a, b) => a - b));
    });

  test("what it does not know is refused in its own words", async () => {
    const refused = pthread.measure(binary, { mode: "nonesuch", threads: 2, seconds: 0.1 });
    await expect(refused).rejects.toThrow("usage: pthread-mutex normal|adaptive|cas-store THREADS SECONDS");
  });

  test("what does not compile is said in the compiler's", async () => {
    await expect(pthread.build(join(folder, "nowhere"))).rejects.toThrow(/does not compile [\s\S]*nowhere/);
  });
});
