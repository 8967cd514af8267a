import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import type * as Cycles from "../../src/lockdep/cycles.ts";
import type { Want } from "../../src/lockdep/evidence.ts";
import type { LockInstance, Task } from "../../src/lockdep/held.ts";
import type * as Lifetimes from "../../src/lockdep/lifetimes.ts";

// Rules that say "cannot happen" too often. The property of exact.test.ts has to find each of them out.

const lifetimes = "../../src/lockdep/lifetimes.ts";
const cycles = "../../src/lockdep/cycles.ts";

const alone: readonly (readonly [what: string, rule: (lock: LockInstance, task: Task) => boolean])[] = [
  [
    "whoever holds a lock owns a reference, whatever the trace shows",
    ({ life }, task) => life?.lastPut?.task === task && !life.shared,
  ],
  [
    "the last reference but one is enough",
    ({ life }) => life !== undefined && !life.shared && !life.broken && life.references <= 1,
  ],
];

const judged: readonly (readonly [what: string, change: (want: Want) => Want])[] = [
  [
    "one holder under a gate is enough",
    (want) => ({ ...want, gates: new Set(gatesEver.get(want.from.name)) }),
  ],
  ["the order may rise anywhere", (want) => ({ ...want, rise: Math.max(want.rise, 1) })],
];
const gatesEver = new Map<string, LockInstance[]>();

async function caught(): Promise<boolean> {
  const { deadlocks, exactly, programs } = await import("./programs.ts");
  const { failed } = fc.check(
    fc.property(programs, (program) => exactly(program).says === "can" || !deadlocks(program)),
    { numRuns: 20_000 },
  );
  return failed;
}

afterEach(() => {
  vi.doUnmock(lifetimes);
  vi.doUnmock(cycles);
  vi.resetModules();
});

describe("a rule that says too often that a report cannot happen is found out:", () => {
  test.each(alone)("%s", async (_what, isAloneWith) => {
    vi.resetModules();
    vi.doMock(lifetimes, async (original) => ({ ...(await original<typeof Lifetimes>()), isAloneWith }));
    expect(await caught()).toBe(true);
  });

  test.each(judged)("%s", async (_what, change) => {
    vi.resetModules();
    vi.doMock(cycles, async (original) => {
      const real = await original<typeof Cycles>();
      const strongCycles: typeof real.strongCycles = (evidence, classes) => {
        for (const row of evidence.wantsByClass.values())
          for (const { from, gates } of row.values())
            gatesEver.set(from.name, [...(gatesEver.get(from.name) ?? []).slice(-50), ...(gates ?? [])]);
        return real.strongCycles(evidence, classes)?.map((cycle) => cycle.map(change));
      };
      return { ...real, strongCycles };
    });
    expect(await caught()).toBe(true);
  });

  test("the rule as it is is not", async () => {
    vi.resetModules();
    expect(await caught()).toBe(false);
  });
});
