import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { refzero, shell, useFolder } from "./cli.ts";

const folder = useFolder();
const head = '{"format":"lock-trace","version":1,"name":"a test"}\n';
const bad = `${head}{"op":"release","task":"T","lock":"A"}\n`;
const gated = `${head}${["AB", "BA"]
  .flatMap((pair, at) => {
    const locks = ["G", ...pair];
    return [
      ...locks.map((lock) => ({ op: "acquire", task: `T${at}`, lock })),
      ...locks.toReversed().map((lock) => ({ op: "release", task: `T${at}`, lock })),
    ];
  })
  .map((event) => JSON.stringify(event))
  .join("\n")}\n`;

const run = (...args: string[]) => refzero(["lockdep", ...args], { cwd: folder.path });

describe("refzero lockdep:", () => {
  test("a file without a report", async () => {
    folder.write("a.jsonl", head);
    const { status, stdout, stderr } = await run("a.jsonl");
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: "holds: 0 reports · 0 events, 0 classes, 0 dependencies\n",
      stderr: "",
    });
  });

  test("a report, and its verdict alone", async () => {
    folder.write("a.jsonl", bad);
    const whole = await run("a.jsonl");
    expect(whole.status).toBe(1);
    expect(whole.stdout).toContain("WARNING: bad unlock balance detected!\na.jsonl:2: event 1, a test\n");
    const quiet = await run("-q", "a.jsonl");
    expect(quiet.stdout).toBe("violated: 1 report · 1 event, 1 class, 0 dependencies\n");
  });

  test("a report that cannot happen counts in kernel mode only", async () => {
    folder.write("a.jsonl", gated);
    expect((await run("a.jsonl")).status).toBe(1);
    const exact = await run("--mode", "exact", "-q", "a.jsonl");
    expect(exact.status).toBe(0);
    expect(exact.stdout).toBe("holds: 1 report, 0 possible · 12 events, 3 classes, 4 dependencies\n");
  });

  test("several files as one JSON document, in the order given, standard input among them", async () => {
    folder.write("a.jsonl", head);
    folder.write("b.jsonl", bad);
    const { status, stdout } = await shell("refzero lockdep --json a.jsonl - < b.jsonl", {
      cwd: folder.path,
    });
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      { file: "a.jsonl", reports: [] },
      {
        file: "-",
        mode: "kernel",
        reports: [{ kind: "unlock-balance", event: 1, line: 2, task: "T", classes: ["A"] }],
      },
    ]);
  });

  test("statistics and the graph", async () => {
    folder.write("a.jsonl", gated);
    const { stdout } = await run("--stats", "--json", "--mode", "exact", "--dot", "graph.dot", "a.jsonl");
    expect(JSON.parse(stdout)).toMatchObject([
      { stats: { classes: 3, dependencies: 4, maxDepth: 3, tasks: 2 } },
    ]);
    const dot = readFileSync(join(folder.path, "graph.dot"), "utf8");
    expect(dot).toContain("c0 -> c1");
    expect(dot.startsWith("digraph lockdep {")).toBe(true);
    expect(dot.endsWith("}\n")).toBe(true);
  });

  test.each([
    ["a bad line in the second of two files", ["a.jsonl", "c.jsonl"], 'c.jsonl:2: there is no op "x".'],
    ["a file that is not there", ["nowhere.jsonl"], "cannot read 'nowhere.jsonl': there is no such file."],
    ["a folder", ["."], "cannot read '.': it is a folder."],
    [
      "a mode that is none",
      ["--mode", "fast", "a.jsonl"],
      "--mode cannot be 'fast'. Allowed: kernel, exact.",
    ],
    ["no file", [], "missing required argument 'file'"],
    [
      "a graph that cannot be written",
      ["--dot", "no/where.dot", "a.jsonl"],
      "cannot write 'no/where.dot': there is no such folder.",
    ],
  ])("%s: one line and status 2", async (_what, args, message) => {
    folder.write("a.jsonl", bad);
    folder.write("c.jsonl", `${head}{"op":"x"}\n`);
    const { status, stdout, stderr } = await run(...args);
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: "", stderr: `refzero: ${message}\n` });
  });
});
