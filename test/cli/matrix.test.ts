import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { MatrixRecord } from "../../src/record/matrix-record.ts";
import { refzero, useFolder } from "./cli.ts";

const folder = useFolder();
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/matrix/${name}.ts`, import.meta.url));
const kept = (): string => join(folder.path, ".refzero", "matrix.json");
const matrix = (...args: string[]) => refzero(["matrix", ...args], { cwd: folder.path });

async function judged(...args: string[]): Promise<MatrixRecord & { status: number | string }> {
  const { status, stdout, stderr } = await matrix(...args, "--json");
  expect(stderr).toBe("");
  return { ...(JSON.parse(stdout) as MatrixRecord), status };
}

describe("rows that agree", () => {
  test("status 0; a row a design with what lockdep and the explorer say, and what was expected", async () => {
    const { status, rows } = await judged(fixture("neighbour"), "--quick");
    expect(status).toBe(0);
    expect(rows.every(({ agrees, race }) => agrees && race === null)).toBe(true);
    expect(rows.map(({ design, lockdep, explore }) => [design, lockdep.verdict, explore.kinds])).toEqual([
      ["calm", "silent", []],
      ["stuck", "possible", ["deadlock"]],
      ["met", "silent", ["contention-at-free"]],
      ["freed", "silent", ["use-after-free"]],
      ["warned", "silent", ["invariant"]],
    ]);
    expect(rows[1]).toMatchObject({
      neighbour: "fixture/neighbour",
      conditions: { told: "right" },
      expected: { lockdep: true, deadlock: true, contention: false, why: "design stuck is written so" },
      explore: { exhaustive: true },
    });
  });

  test("as a page; the last line says how many", async () => {
    const { status, stdout, stderr } = await matrix(fixture("neighbour"), "--quick", "--only", "stuck");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^ {4}stuck +possible +yes +- +- +- +\d+ {2}agrees$/m);
    expect(stdout).toMatch(
      /^matrix: 1 row agrees, 0 disagree · \d+ s\nagain {2}refzero matrix \S+ --only stuck --quick\n$/m,
    );
  });

  test("as Markdown", async () => {
    const { stdout } = await matrix(fixture("neighbour"), "--quick", "--markdown", "--only", "stuck");
    expect(stdout).toContain(
      "| `fixture/neighbour` | told=right | stuck | **possible** | **yes** | - | - | - |",
    );
  });

  test("raced too: what was seen, in how many worlds", async () => {
    const { status, rows } = await judged(
      fixture("neighbour"),
      "--seconds",
      "0.2",
      "--only",
      "met",
      "--only",
      "calm",
    );
    expect(status).toBe(0);
    expect(rows.map(({ race }) => race?.kinds)).toEqual([[], ["contention-at-free"]]);
    expect(rows[0]?.race?.worlds).toBeGreaterThan(0);
  });
});

test("rows that disagree: status 1, and for each column which side, what it says, and why that was not expected", async () => {
  const { status, rows } = await judged(fixture("wrong"), "--quick");
  expect(status).toBe(1);
  const sides = rows.map(({ design, expected, disagreements }) => [
    `${design}, ${expected.why}`,
    disagreements.map(({ column, by, found }) => `${by} ${column} ${found}`),
  ]);
  expect(Object.fromEntries(sides)).toEqual({
    "calm, told nothing": [],
    "stuck, told nothing": ["lockdep lockdep true", "explore deadlock true"],
    "met, told nothing": ["explore contention true"],
    "freed, told nothing": ["explore memory true"],
    "warned, told nothing": ["explore warning true"],
    "calm, told everything": [
      "lockdep lockdep false",
      ...["deadlock", "contention", "memory", "warning"].map((column) => `explore ${column} false`),
    ],
  });
});

test("a row that only a race contradicts is named with the race's command", async () => {
  const { status, stdout } = await matrix(fixture("wrong"), "--seconds", "0.2", "--only", "warned");
  expect(status).toBe(1);
  expect(stdout).toMatch(/^ {2}warning: expected no, the race says yes: invariant: /m);
  expect(stdout).toMatch(
    /^ {4}refzero race \S+wrong\.ts -p design=warned -p told=nothing --seconds 1 --seed [\da-f]{8}$/m,
  );
  expect(stdout).toMatch(
    /^disagrees: fixture\/wrong design=warned told=nothing\n {2}why expected: told nothing$/m,
  );
});

test("the command of a disagreement shows it", async () => {
  const { rows } = await judged(fixture("wrong"), "--quick", "--only", "freed");
  const command = rows[0]?.disagreements[0]?.command.split(" ").slice(1) ?? [];
  const { status, stdout } = await refzero(command, { cwd: folder.path });
  expect(status).toBe(1);
  expect(stdout).toMatch(/^violated: use-after-free/m);
});

test("a row whose budget ends first: status 3, and no agreement", async () => {
  const { status, rows } = await judged(fixture("slow"), "--quick", "--budget", "0.3");
  expect(status).toBe(3);
  expect(rows.map(({ verdict, agrees }) => [verdict, agrees])).toEqual([
    ["agrees", true],
    ["inconclusive", false],
  ]);
});

describe("--resume", () => {
  test("takes over the rows that an earlier run proved, and tries the others again", async () => {
    const args = [fixture("slow"), "--quick", "--budget", "0.3"];
    const first = await judged(...args);
    const again = await judged(...args, "--resume");
    expect([first.resumed, again.resumed]).toEqual([0, 1]);
    expect(again.rows[0]).toEqual(first.rows[0]);
    expect((await judged(...args)).resumed).toBe(0);
    expect((await matrix(...args, "--resume")).stdout).toContain("  1 row taken over from an earlier run\n");
  });

  test("takes nothing over from other code, and says so", async () => {
    const args = [fixture("neighbour"), "--quick"];
    await judged(...args);
    const file = JSON.parse(readFileSync(kept(), "utf8")) as Record<string, unknown>;
    writeFileSync(kept(), JSON.stringify({ ...file, fingerprint: "another" }));
    const { status, stdout, stderr } = await matrix(...args, "--resume", "--json");
    expect(status).toBe(0);
    expect(stderr).toBe(
      "refzero: .refzero/matrix.json is of other code: none of its results is taken over\n",
    );
    expect((JSON.parse(stdout) as MatrixRecord).resumed).toBe(0);
    expect((await judged(...args, "--resume")).resumed).toBe(5);
  });

  test("takes nothing over of a file of the user's that has changed", async () => {
    const text = readFileSync(fixture("neighbour"), "utf8");
    folder.write("mine.ts", text);
    await judged("mine.ts", "--quick");
    expect((await judged("mine.ts", "--quick", "--resume")).resumed).toBe(5);
    folder.write("mine.ts", `${text}\n// Changed.\n`);
    expect((await judged("mine.ts", "--quick", "--resume")).resumed).toBe(0);
  });

  test("takes races over too", async () => {
    const args = [fixture("neighbour"), "--seconds", "0.2", "--only", "calm"];
    const first = await judged(...args);
    const again = await judged(...args, "--resume");
    expect(again.rows).toEqual(first.rows);
    const longer = await judged(fixture("neighbour"), "--seconds", "0.3", "--only", "calm", "--resume");
    expect(longer.rows[0]?.race?.seconds).not.toBe(first.rows[0]?.race?.seconds);
  });

  test("without anything to go on from, all is run", async () => {
    expect(await judged(fixture("neighbour"), "--quick", "--resume")).toMatchObject({
      status: 0,
      resumed: 0,
    });
  });
});

test("a place that cannot be written costs no result", async () => {
  folder.write(".refzero", "no folder");
  const { status, stdout, stderr } = await matrix(fixture("neighbour"), "--quick", "-q");
  expect({ status, stdout }).toMatchObject({ status: 0 });
  expect(stdout).toMatch(/^matrix: 5 rows agree, /);
  expect(stderr).toMatch(/^refzero: results are not kept: [^\n]+\n$/);
});
