import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { ExploreRecord } from "../../src/record/explore-record.ts";
import { type Ended, refzero, useFolder } from "./cli.ts";

const folder = useFolder();
const long = ["explore", "dpor/filesystem", "-p", "n=18", "--strategy", "dfs"];

/** Starts a command and sends it signals; says how long it took from the first one. */
async function interrupted(
  args: readonly string[],
  signal: NodeJS.Signals = "SIGINT",
): Promise<Ended & { took: number }> {
  let sent = 0;
  const ended = await refzero(args, {
    cwd: folder.path,
    during: async (child) => {
      await sleep(1500);
      sent = performance.now();
      child.kill(signal);
    },
  });
  return { ...ended, took: (performance.now() - sent) / 1000 };
}

describe("^C during an exploration", () => {
  test("prints what was learnt so far, soon; status 130", async () => {
    const { status, stdout, stderr, took } = await interrupted(long);
    expect({ status, stderr }).toEqual({ status: 130, stderr: "" });
    // The search looks up ten times a second; the rest is the machine's.
    expect(took).toBeLessThan(10);
    expect(stdout).toMatch(/^dpor\/filesystem n=18 · 18 tasks · /);
    expect(stdout).toMatch(/^holds: no violation in [\d,]+ executions \(not exhaustive\), /m);
    expect(stdout).toMatch(/^again {2}refzero explore dpor\/filesystem -p n=18 --strategy dfs$/m);
  });

  test("--json says that it was interrupted, SIGTERM does the same", async () => {
    const { status, stdout } = await interrupted([...long, "--json"], "SIGTERM");
    expect(status).toBe(130);
    const record = JSON.parse(stdout) as ExploreRecord;
    expect(record).toMatchObject({ interrupted: true, exhaustive: false, verdict: "holds" });
    expect(record.executions).toBeGreaterThan(0);
  });

  test("writes the checkpoint, from which it goes on", async () => {
    const args = [...long, "--checkpoint", "c.json"];
    const first = await interrupted([...args, "--json"]);
    expect(first.status).toBe(130);
    const { executions, checkpoint } = JSON.parse(first.stdout) as ExploreRecord;
    expect(checkpoint).toBe("c.json");
    const saved = JSON.parse(readFileSync(join(folder.path, "c.json"), "utf8"));
    expect(saved.search.executions).toBe(executions);
    const more = await refzero([...args, "--executions", String(executions + 100), "--json"], {
      cwd: folder.path,
    });
    expect((JSON.parse(more.stdout) as ExploreRecord).executions).toBe(executions + 100);
    expect(folder.list()).toEqual(["c.json"]);
  });
});
