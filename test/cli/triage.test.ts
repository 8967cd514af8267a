import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { TriageFile } from "../../src/record/triage-record.ts";
import { refzero, shell, useFolder } from "./cli.ts";

const folder = useFolder();
const logs = join(import.meta.dirname, "..", "triage", "logs");
const founding = join(import.meta.dirname, "..", "fixtures", "shmem-free.log");
const amdgpu = join(logs, "04-amdgpu-mqd-copy-to-user", "splat.log.txt");

const triage = (...args: string[]) => refzero(["triage", ...args], { cwd: folder.path });

describe("refzero triage:", () => {
  test("a log without a report says so, status 0", async () => {
    folder.write("quiet.log", "[    0.000000] Linux version 6.12.0\n[    1.000000] usb 1-1: new device\n");
    const { status, stdout } = await triage("quiet.log");
    expect({ status, stdout }).toEqual({ status: 0, stdout: "quiet.log: no report found\n" });
  });

  test("the status tells real from unknown from spurious", async () => {
    const of = async (file: string): Promise<number | string> => (await triage(file, "-q")).status;
    expect(await of(amdgpu)).toBe(1);
    expect(await of(join(logs, "28-btrfs-delayed-node-queue-freeze", "splat.log.txt"))).toBe(3);
    expect(await of(founding)).toBe(0);
  });

  test("several files, folders and standard input give one element a file", async () => {
    const { stdout } = await shell(
      `refzero triage --json '${amdgpu}' - '${join(logs, "18-bluetooth-unlock-not-locked")}' < '${founding}'`,
    );
    const files = JSON.parse(stdout) as TriageFile[];
    expect(files.map(({ reports }) => reports.map(({ kind, verdict }) => `${kind} ${verdict}`))).toEqual(
      expect.arrayContaining([["circular real"], ["circular spurious"], ["unlock-balance real"]]),
    );
    expect(files[0]).toMatchObject({ file: amdgpu });
    for (const key of [
      "kind",
      "locks",
      "tasks",
      "complete",
      "missing",
      "verdict",
      "condition",
      "facts",
      "why",
    ])
      expect(files[0]?.reports[0]).toHaveProperty(key);
  });

  test("a real cycle is shown as columns", async () => {
    const { stdout } = await triage(founding, "--assume", "shared:resv");
    expect(stdout).toMatch(/^ {5}close +path-1$/m);
    expect(stdout).toContain("has to wait");
    expect(stdout).toContain("<== here");
  });

  test("its trace validates to the same report, and its scenario runs as it is", async () => {
    const outputs = ["--trace", "a.jsonl", "--scenario", "a.ts"];
    await triage(founding, "--assume", "shared:resv", ...outputs);
    const lockdep = await refzero(["lockdep", "a.jsonl", "--json"], { cwd: folder.path });
    expect(JSON.parse(lockdep.stdout)[0].reports).toMatchObject([
      { kind: "circular", classes: ["reservation_ww_class_mutex", "fs_reclaim"] },
    ]);
    const explored = await refzero(["explore", "a.ts", "-q"], { cwd: folder.path });
    expect(explored.stdout).toMatch(/^violated: deadlock /);
    const raced = await refzero(["race", "a.ts", "-q", "--stop-first", "--seconds", "20"], {
      cwd: folder.path,
    });
    expect(raced.stdout).toMatch(/^violated: deadlock /);
    await triage(founding, "--scenario", "b.ts");
    const holds = await refzero(["explore", "b.ts", "-q"], { cwd: folder.path });
    expect(holds.stdout).toMatch(/^holds for 2 tasks, every interleaving/);
  });

  test.each([
    [["none.log"], "cannot read 'none.log': there is no such file."],
    [[founding, "--assume", "sure:resv"], "--assume cannot be 'sure:resv'"],
    [[founding, amdgpu, "--trace", "a.jsonl"], "--trace with 2 logs. Allowed: one log."],
    [
      [join(logs, "18-bluetooth-unlock-not-locked", "splat.log.txt"), "--scenario", "a.ts"],
      "there is nothing to schedule",
    ],
    [[founding, "--trace", "none/a.jsonl"], "cannot write 'none/a.jsonl': there is no such folder."],
  ])("%j is one line and status 2", async (args, said) => {
    const { status, stdout, stderr } = await triage(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(said);
    expect(stderr.split("\n")).toHaveLength(2);
  });

  test("a log cut anywhere is still read", async () => {
    const text = readFileSync(founding, "utf8");
    folder.write("cut.log", text.slice(0, text.indexOf("-> #0")));
    const { status, stdout } = await triage("cut.log");
    expect(status).toBe(3);
    expect(stdout).toMatch(/^missing +the chain entr/m);
  });
});
