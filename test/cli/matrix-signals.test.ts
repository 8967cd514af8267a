import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { MatrixFile } from "../../src/record/matrix-file.ts";
import type { MatrixRecord } from "../../src/record/matrix-record.ts";
import { type Ended, refzero, useFolder } from "./cli.ts";

const folder = useFolder();
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/matrix/${name}.ts`, import.meta.url));

/** How many results are kept so far. */
function kept(): number {
  try {
    const text = readFileSync(join(folder.path, ".refzero", "matrix.json"), "utf8");
    return Object.keys((JSON.parse(text) as MatrixFile).results).length;
  } catch {
    return 0;
  }
}

/** Runs until so many results are there, then ^C. */
async function interrupted(args: readonly string[], results: number): Promise<Ended & { took: number }> {
  let sent = 0;
  const ended = await refzero(["matrix", ...args], {
    cwd: folder.path,
    during: async (child) => {
      while (kept() < results && child.exitCode === null) await sleep(100);
      sent = performance.now();
      child.kill("SIGINT");
    },
  });
  return { ...ended, took: (performance.now() - sent) / 1000 };
}

describe("^C during a judgement", () => {
  test("prints the rows that are done, soon; status 130; and a later run takes them over", async () => {
    const { status, stdout, stderr, took } = await interrupted([fixture("slow"), "--quick"], 1);
    expect({ status, stderr }).toEqual({ status: 130, stderr: "" });
    expect(took).toBeLessThan(10);
    expect(stdout).toMatch(/^ {4}short +silent .* agrees$/m);
    expect(stdout).not.toMatch(/^ {4}long /m);
    expect(stdout).toMatch(/^matrix: 1 row agrees, 0 disagree, 1 not reached; interrupted · \d+ s$/m);
    const later = await refzero(
      ["matrix", fixture("slow"), "--quick", "--resume", "--budget", "0.1", "--json"],
      {
        cwd: folder.path,
      },
    );
    expect(JSON.parse(later.stdout)).toMatchObject({ resumed: 1, interrupted: false });
  });

  test("in a race: --json says what was not raced", async () => {
    const { status, stdout } = await interrupted([fixture("neighbour"), "--seconds", "20", "--json"], 5);
    expect(status).toBe(130);
    const record = JSON.parse(stdout) as MatrixRecord;
    expect(record).toMatchObject({ interrupted: true, planned: 5, unraced: 5 });
    expect(record.rows.map(({ verdict, race }) => [verdict, race])).toEqual(
      record.rows.map(() => ["agrees", null]),
    );
  });
});
