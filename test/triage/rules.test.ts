import { describe, expect, test } from "vitest";
import { parseAssumption } from "../../src/triage/assumptions.ts";
import { triage } from "../../src/triage/triage.ts";

// A report with two dependencies, in the words of the kernel, made of what a test needs.
function log(options: {
  held?: string;
  wanted?: string;
  heldAt?: string;
  wantedAt?: string;
  older: readonly string[];
  newer: readonly string[];
}): Buffer {
  const held = options.held ?? "(&dev->lock){+.+.}-{3:3}";
  const wanted = options.wanted ?? "(&queue->lock){+.+.}-{3:3}";
  const name = (lock: string): string => lock.replace(/^\((.*)\)\{.*$/, "$1");
  const frames = (stack: readonly string[]): string[] => stack.map((frame) => `       ${frame}+0x10/0x80`);
  return Buffer.from(
    [
      "======================================================",
      "WARNING: possible circular locking dependency detected",
      "6.12.0 #1 Not tainted",
      "------------------------------------------------------",
      "worker/7 is trying to acquire lock:",
      `ffff888100000010 ${wanted}, at: ${options.wantedAt ?? "take_queue"}+0x10/0x80`,
      "",
      "but task is already holding lock:",
      `ffff888100000020 ${held}, at: ${options.heldAt ?? "take_dev"}+0x10/0x80`,
      "",
      "which lock already depends on the new lock.",
      "",
      "the existing dependency chain (in reverse order) is:",
      "",
      `-> #1 ${held}:`,
      ...frames(options.older),
      "",
      `-> #0 ${wanted}:`,
      ...frames(options.newer),
      "",
      "other info that might help us debug this:",
      "",
      " Possible unsafe locking scenario:",
      "",
      "       CPU0                    CPU1",
      "       ----                    ----",
      `  lock(${name(held)});`,
      `                               lock(${name(wanted)});`,
      `                               lock(${name(held)});`,
      `  lock(${name(wanted)});`,
      "",
      " *** DEADLOCK ***",
      "",
      "1 lock held by worker/7:",
      ` #0: ffff888100000020 ${held}, at: ${options.heldAt ?? "take_dev"}+0x10/0x80`,
      "",
      "stack backtrace:",
      "CPU: 0 UID: 0 PID: 7 Comm: worker Not tainted 6.12.0 #1",
      "Call Trace:",
      " <TASK>",
      ...frames(options.newer),
      " </TASK>",
      "",
    ].join("\n"),
  );
}

const run = ["__mutex_lock", "some_ioctl", "do_syscall_64"];

async function verdictOf(bytes: Buffer, ...assumed: string[]): Promise<string> {
  const { file } = await triage("log", [bytes], assumed.map(parseAssumption));
  return file.reports
    .map(({ verdict, outcomes }) => [verdict, ...outcomes.map(({ fact }) => fact)].join(" "))
    .join();
}

describe("the verdict of a cycle", () => {
  test("is real where both paths run at run time and nothing speaks against it", async () => {
    expect(await verdictOf(log({ older: run, newer: run }))).toBe("real");
  });

  test("is open where one path was only seen while a device was probed", async () => {
    const older = ["__mutex_lock", "some_probe", "really_probe"];
    expect(await verdictOf(log({ older, newer: run }))).toMatch(/^unknown init-only:/);
    expect(await verdictOf(log({ older, newer: run }), "run-time:&dev->lock")).toBe("real");
    expect(await verdictOf(log({ older, newer: run }), "init-only:&dev->lock")).toBe("spurious");
  });

  test("is open where the lock may be of an inode in eviction", async () => {
    const newer = ["__mutex_lock", "some_evict_inode", "evict", "prune_icache_sb"];
    expect(await verdictOf(log({ older: run, newer }))).toMatch(/^unknown exclusive:/);
  });

  test("is spurious where one of the two is only tried for", async () => {
    const newer = ["__lock_acquire", "lock_acquire", "mutex_trylock", "some_scan"];
    expect(await verdictOf(log({ older: run, newer }))).toBe("spurious");
  });

  test("is open where the new path only opens a context", async () => {
    const bytes = log({
      held: "(fs_reclaim){+.+.}-{0:0}",
      wanted: "(reservation_ww_class_acquire){+.+.}-{0:0}",
      wantedAt: "some_shrinker_scan",
      older: ["fs_reclaim_acquire", "dma_resv_lockdep", "do_one_initcall"],
      newer: ["ww_acquire_init", "some_shrinker_scan", "do_shrink_slab", "balance_pgdat"],
    });
    // The chain lacks the lock between the two annotations: nothing to schedule, so nothing is said for certain.
    expect(await verdictOf(bytes)).toMatch(/^unknown/);
  });

  test("takes a device's lock for nobody's own", async () => {
    const newer = ["__mutex_lock", "some_release", "kref_put", "some_close"];
    expect(await verdictOf(log({ wanted: "(&dev->list_lock){+.+.}-{3:3}", older: run, newer }))).toBe("real");
    expect(await verdictOf(log({ older: run, newer }))).toMatch(/^unknown exclusive:/);
  });

  test("takes no lock for private that belongs to nobody's object", async () => {
    const newer = ["__mutex_lock", "drm_gem_object_free", "some_close"];
    expect(await verdictOf(log({ wanted: "(dev_list_lock){+.+.}-{3:3}", older: run, newer }))).toBe("real");
  });

  test("is spurious where the user says that a lock is held around both", async () => {
    expect(await verdictOf(log({ older: run, newer: run }), "gate:outer")).toBe("spurious");
  });
});
