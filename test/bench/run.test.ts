import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { explored, strategiesOffered } from "./modules.ts";

const script = fileURLToPath(new URL("../../bench/run.mjs", import.meta.url));

function bench(args: readonly string[], path = process.env.PATH) {
  return new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [script, ...args], { env: { PATH: path } }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** Rows of the tables, by their first cell. */
const rowsOf = (text: string): Map<string, string[]> =>
  new Map(
    text
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .map((line) => line.split("|").map((cell) => cell.trim()))
      .map(([, first, ...cells]) => [String(first), cells.slice(0, -1)]),
  );

describe("the benchmark of the explorer", () => {
  test("runs, and without SPIN goes on without its column", async () => {
    const { status, stdout, stderr } = await bench(["explore", "--quick"], "/nowhere");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain(
      "no `spin` and no `cc` here, so nothing of SPIN is run: on Debian, apt-get install spin gcc",
    );
    const rows = rowsOf(stdout);
    expect(rows.get("program")).toEqual([
      "refzero",
      "executions",
      "steps",
      "search s",
      "process s",
      "",
      "Relacy 9f25438 (measured 2026-11-25, not run here)",
    ]);
    expect(rows.get("shrink(0)")?.slice(0, 2)).toEqual(["holds", "13"]);
    expect(rows.get("filesystem(14)")?.slice(0, 2)).toEqual(["holds", "2"]);
    for (const size of ["3 tasks x 1", "3 tasks x 4"])
      for (const name of ["fast-check", "bare generators", "refzero dfs", "refzero dpor"])
        expect(rows.get(`${size}: ${name}`)?.[0]).toMatch(/^[\d,.]+$/);
  });

  test("a benchmark that there is not is named", async () => {
    const { status, stderr } = await bench(["explor"]);
    expect(status).toBe(2);
    expect(stderr).toBe(
      "bench: no benchmark 'explor'. Allowed: door, ww-lock, batches, monitor, lockdep, hooks, triage, explore, and --quick.\n",
    );
  });
});

describe("what the rates are measured on", () => {
  test("three racy increments have 90 interleavings and 36 traces", async () => {
    const counted = async (strategy: string): Promise<number> =>
      (await explored("examples/racy-increments.ts", { tasks: 3 }, ["--strategy", strategy, "--keep-going"]))
        .executions;
    expect([await counted("dfs"), await counted("dpor")]).toEqual([90, 36]);
  });

  test("strategies are those that --help offers", async () => {
    expect(await strategiesOffered(["dfs", "dpor", "nonesuch"])).toEqual(["dfs", "dpor"]);
  });
});
