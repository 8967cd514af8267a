import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ExploreRecord } from "../../src/record/explore-record.ts";
import type { LiveLockdep, LiveReport } from "../../src/record/live-lockdep.ts";
import type { RunRecord } from "../../src/record/run-record.ts";
import { checkRunRecord } from "../../src/record/run-record-schema.ts";
import { refzero, useFolder } from "./cli.ts";
import { abba } from "./user-scenarios.ts";

const folder = useFolder();
const run = (...args: string[]) => refzero(args, { cwd: folder.path });

const designs = ["lock", "kref-assert", "helper", "deferred"] as const;
const RECLAIM = "circular fs_reclaim,reservation_ww_class_mutex: cannot-contend";
const RECURSION = "recursive-locking reservation_ww_class_mutex: cannot-contend";
/** Draws until the rare one, where the walk drops the last reference, has come many times. */
const drawn = ["--strategy", "random", "--seed", "1", "--executions", "3000", "--lockdep", "--json"];

const said = ({ reports }: Pick<LiveLockdep, "reports">): string[] =>
  reports.map(({ kind, classes, verdict }) => `${kind} ${[...classes].sort()}: ${verdict}`);

async function record<R extends RunRecord | ExploreRecord>(...args: string[]): Promise<R> {
  const { status, stdout, stderr } = await run(...args);
  expect({ stderr, failed: status === 2 }).toEqual({ stderr: "", failed: false });
  return JSON.parse(stdout) as R;
}

describe("explore --lockdep: an object freed in direct reclaim, under the lock of another", () => {
  test.each(designs)("design %s", async (design) => {
    const found = await record<ExploreRecord>(
      "explore",
      "shmem/free-vs-reclaim",
      "-p",
      `design=${design}`,
      ...drawn,
    );
    expect(found.verdict).toBe("holds");
    expect(said(found.lockdep as LiveLockdep)).toEqual(design === "lock" ? [RECURSION, RECLAIM] : []);
  });
});

describe("explore --lockdep: an object freed by kswapd, which holds nothing else", () => {
  test.each(designs)("design %s", async (design) => {
    const args = ["shmem/free-vs-shrinker", "-p", `design=${design}`, "-p", "tasks=3", ...drawn];
    const found = await record<ExploreRecord>("explore", ...args);
    expect(found.verdict).toBe("holds");
    expect(said(found.lockdep as LiveLockdep)).toEqual(design === "lock" ? [RECLAIM] : []);
  });
  test("a walk outside of reclaim gives none, in every interleaving", async () => {
    const found = await record<ExploreRecord>("explore", "shmem/free-vs-shrinker", "--lockdep", "--json");
    expect({ exhaustive: found.exhaustive, said: said(found.lockdep as LiveLockdep) }).toEqual({
      exhaustive: true,
      said: [],
    });
  });
});

describe("race --lockdep on the founding case", () => {
  test("design lock: nobody contended, and the kernel's report, which cannot happen", async () => {
    // A race sees what comes by: on a busy machine the walk may not drop the last reference in the first seconds.
    for (let attempt = 1; ; attempt++) {
      const raced = await record<RunRecord>(
        "race",
        "shmem/free-vs-reclaim",
        "-p",
        "design=lock",
        "--lockdep",
        "--json",
      );
      expect({ verdict: raced.verdict, contended: raced.contendedFrees }).toEqual({
        verdict: "holds",
        contended: 0,
      });
      expect(checkRunRecord(raced)).toEqual(raced);
      const { reports, possible } = raced.lockdep as LiveLockdep;
      if (reports.length === 0 && attempt < 4) continue;
      expect(said({ reports })).toContain(RECLAIM);
      expect(possible).toBe(0);
      const reason = reports.find(({ kind }) => kind === "circular")?.reason;
      expect(reason).toMatch(/^ioctl-alloc took the last reference of shmem#1 \(event \d+\)/);
      return;
    }
  });
  test.each(designs.slice(1))("design %s gives none", async (design) => {
    const args = ["-p", `design=${design}`, "--seconds", "2", "--lockdep", "--json"];
    const { contendedFrees, lockdep } = await record<RunRecord>("race", "shmem/free-vs-reclaim", ...args);
    expect({ contendedFrees, reports: lockdep?.reports }).toEqual({ contendedFrees: 0, reports: [] });
  });
});

describe("an inverted order of two locks", () => {
  test.each([
    ["Mutex", "mutexLock", "mutexUnlock"],
    ["Spinlock", "spinLock", "spinUnlock"],
    ["Rwsem", "downWrite", "upWrite"],
  ])("of type %s deadlocks in explore, and lockdep says that it can", async (...kind) => {
    const file = folder.write("abba.ts", abba(...kind));
    const { violations, lockdep } = await record<ExploreRecord>("explore", file, "--lockdep", "--json");
    // Who spins for ever is alive, in a way.
    expect(violations.map(({ kind: name }) => name)).toEqual([
      kind[0] === "Spinlock" ? "livelock" : "deadlock",
    ]);
    expect(said(lockdep as LiveLockdep)).toEqual(["circular &mine->a,&mine->b: possible"]);
  });

  test("is printed below the verdict, which decides alone about the status", async () => {
    const file = folder.write("abba.ts", abba("Mutex", "mutexLock", "mutexUnlock"));
    const serial = await run("explore", file, "--strategy", "bounded", "--bound", "0", "--lockdep");
    expect(serial.status).toBe(0);
    expect(serial.stdout).toMatch(/^holds/m);
    expect(serial.stdout).toMatch(/^WARNING: possible circular locking dependency detected$/m);
    expect(serial.stdout).toMatch(/^exact: possible\. /m);
    expect(serial.stdout).toMatch(
      /^lockdep {2}1 report, 1 can happen · \d+ distinct sequences, \d+ events, 2 classes, 2 dependencies$/m,
    );
    expect(serial.stdout.match(/^(?:holds|violated)/gm)).toHaveLength(1);
    const quiet = await run("explore", file, "--strategy", "bounded", "--bound", "0", "--lockdep", "-q");
    expect(quiet.stdout.split("\n")).toHaveLength(2);
  });
});

test("a task that takes its own lock twice is reported, though it never got it", async () => {
  const args = ["shmem/free-vs-shrinker", "-p", "mutant=put-under-own-lock", "--lockdep", "--json"];
  const { violations, lockdep } = await record<ExploreRecord>("explore", ...args);
  expect(violations[0]?.kind).toBe("deadlock");
  expect(said(lockdep as LiveLockdep)).toEqual(["recursive-locking reservation_ww_class_mutex: possible"]);
});

describe("--lock-trace", () => {
  const bare = ({ kind, event, line, classes, verdict, reason }: LiveReport) => ({
    kind,
    event,
    line,
    classes,
    verdict,
    reason,
  });

  test.each(["explore", "race"])("of %s: `refzero lockdep` says the same of the file", async (command) => {
    const how = command === "race" ? ["--seconds", "1", "--lockdep", "--json"] : drawn;
    const args = [command, "shmem/free-vs-reclaim", "-p", "tasks=3", ...how, "--lock-trace", "t.jsonl"];
    const { lockdep } = await record<RunRecord | ExploreRecord>(...args);
    const { status, stdout } = await run("lockdep", "t.jsonl", "--json");
    const [file] = JSON.parse(stdout);
    expect(status).toBe(0);
    expect(file.reports.map(bare)).toEqual(lockdep?.reports.map(bare));
    expect(file).toMatchObject({
      name: "shmem/free-vs-reclaim design=lock tasks=3",
      mode: "exact",
      events: lockdep?.events,
      classes: lockdep?.classes,
      dependencies: lockdep?.dependencies,
    });
  });

  test("alone it writes the trace and judges nothing", async () => {
    const found = await record<ExploreRecord>("explore", "ww/abba", "--json", "--lock-trace", "t.jsonl");
    expect(found.lockdep).toBeNull();
    const [header, ...events] = readFileSync(join(folder.path, "t.jsonl"), "utf8").trimEnd().split("\n");
    expect(JSON.parse(header ?? "")).toEqual({
      format: "lock-trace",
      version: 1,
      name: "ww/abba algorithm=wound-wait",
      mode: "exact",
    });
    expect(events.length).toBeGreaterThan(10);
  });

  test("that cannot be written is refused before anything runs", async () => {
    for (const command of ["race", "explore"]) {
      const { status, stderr, seconds } = await run(command, "ww/abba", "--lock-trace", "no/such/t.jsonl");
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr: "refzero: cannot write 'no/such/t.jsonl': there is no such folder.\n",
      });
      expect(seconds).toBeLessThan(5);
    }
    expect(folder.list()).toEqual([]);
  });
});

test("without --lockdep the records say null", async () => {
  expect((await record<ExploreRecord>("explore", "ww/abba", "--json")).lockdep).toBeNull();
  expect((await record<RunRecord>("race", "ww/abba", "--json", "--seconds", "0.3")).lockdep).toBeNull();
});

test("--lockdep without the recorder is refused", async () => {
  const { status, stderr } = await run("race", "ww/abba", "--lockdep", "--no-recorder");
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr:
      "refzero: --lockdep needs the recorder, which --no-recorder turns off. Allowed: one of the two.\n",
  });
});
