import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { BenchRecord, BenchResult } from "../../src/record/bench-record.ts";
import { refzero, useFolder } from "./cli.ts";

const folder = useFolder();
const short = ["--rounds", "3", "--seconds", "0.02"];
const planted = (name: string): string =>
  join(import.meta.dirname, "..", "..", "bench", "peers", "planted", `${name}.mjs`);

const bench = (...args: string[]) => refzero(["bench", ...args], { cwd: folder.path });

async function measured(...args: string[]): Promise<{ status: number | string; results: BenchResult[] }> {
  const { status, stdout, stderr } = await bench(...args, ...short, "--json");
  expect(stderr).toBe("");
  return { status, results: (JSON.parse(stdout) as BenchRecord).results };
}

describe("refzero bench:", () => {
  test.each([
    ["mutex/lock", ["policy=throughput,bounded,spin,fifo", "tasks=3"]],
    ["ww/lock", ["context=yes,no", "tasks=2"]],
    ["ww/lock-n", ["tasks=3", "objects=4"]],
    ["resv/lock", ["tasks=2"]],
    ["rwsem/lock", ["tasks=3", "reads=0,50,100"]],
    ["spinlock/lock", ["tasks=2"]],
    ["bare/cas-store", ["tasks=2"]],
    ["bare/futex", ["tasks=2"]],
  ])("%s counts right, whoever has the lock", async (path, params) => {
    const { status, results } = await measured(path, ...params.flatMap((param) => ["-p", param]));
    expect(status).toBe(0);
    for (const { sum, violations, rounds } of results) {
      expect(sum).toMatchObject({ right: true });
      expect(sum?.got).toBeGreaterThan(0);
      expect(violations).toBe(0);
      expect(rounds).toHaveLength(3);
    }
  });

  test.each(["kref/put", "shmem/pin", "lru/scan", "submit", "bare/add-sub"])(
    "%s leaves its world in order",
    async (path) => {
      const { status, results } = await measured(path, "-p", "tasks=2");
      expect(status).toBe(0);
      expect(results.map(({ violations }) => violations)).toEqual([0]);
    },
  );

  test("shmem/free measures all six designs, with intervals, and says what the lock costs", async () => {
    const { stdout } = await bench("shmem/free", ...short, "--json");
    const { results, notes } = JSON.parse(stdout) as BenchRecord;
    expect(results.map(({ params }) => params.design)).toEqual([
      "lock",
      "kref-assert",
      "helper",
      "helper-strict",
      "list-lock",
      "deferred",
    ]);
    for (const { nsPerOp } of results) {
      expect(nsPerOp.low).toBeLessThanOrEqual(nsPerOp.median);
      expect(nsPerOp.median).toBeLessThanOrEqual(nsPerOp.high);
    }
    expect(notes.join("\n")).toMatch(
      /a free in design lock costs \d+\.\d+ times \[.*\] what design helper costs/,
    );
  });

  test("shmem/free beside a scan and under pressure frees all that it made", async () => {
    const { status, results } = await measured(
      "shmem/free",
      "-p",
      "design=lock,list-lock",
      "-p",
      "beside=scan,pressure",
      "-p",
      "tasks=2",
    );
    expect(status).toBe(0);
    expect(results).toHaveLength(4);
  });

  test("ww/lock-n has wait-die and wound-wait side by side", async () => {
    const { results } = await measured("ww/lock-n", "-p", "objects=8", "-p", "tasks=4");
    expect(results.map(({ label }) => label)).toEqual(["algorithm=wound-wait", "algorithm=wait-die"]);
    for (const { backoffs } of results) expect(backoffs).toBeGreaterThanOrEqual(0);
  });

  test("--lock-stat has the kernel's columns, and counts every acquisition", async () => {
    const { stdout } = await bench("mutex/lock", "-p", "tasks=2", ...short, "--lock-stat");
    expect(stdout).toMatch(
      / class name +con-bounces +contentions +waittime-min +waittime-max +waittime-total +waittime-avg +acq-bounces +acquisitions +holdtime-min +holdtime-max +holdtime-total +holdtime-avg\n/,
    );
    const { results } = await measured("mutex/lock", "-p", "tasks=1", "--lock-stat");
    const [row] = results[0]?.lockStat ?? [];
    expect(row).toMatchObject({ class: "mutex", contentions: 0 });
    expect((row?.acquisitions ?? 0) >>> 0).toBe(results[0]?.sum?.expected);
  });

  test("a measurement is kept, and compared with another", async () => {
    await bench("kref/put", ...short, "--save", "a");
    await bench("kref/put", ...short, "--record", "b.json");
    const { status, stdout } = await bench("compare", "a.json", "b.json");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^kref\/put tasks=1 .* (?:faster|slower|no difference seen)$/m);
    const other = readFileSync(join(folder.path, "b.json"), "utf8").replace(
      /"cpu": "[^"]*"/,
      '"cpu": "another"',
    );
    folder.write("c.json", other);
    const refused = await bench("compare", "a", "c");
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(
      /^refzero: a and c are of different machines \(cpu .* against another\)\. Allowed: .*--force\.\n$/,
    );
    expect((await bench("compare", "a", "c", "--force")).status).toBe(0);
  });

  test.each([
    [["mutex/lok"], "no lock path 'mutex/lok'; did you mean mutex/lock? `refzero bench --list` shows all."],
    [["mutex/lock", "-p", "foo=1"], "mutex/lock has no parameter 'foo'"],
    [["mutex/lock", "-p", "tasks=1,99"], "mutex/lock: parameter tasks cannot be '99'"],
    [["compare", "a.json"], "compare with 1 file"],
    [["compare", "a.json", "b.json"], "cannot read 'a.json': there is no such file."],
    [["--conformance", "none.mjs"], "cannot read 'none.mjs'"],
    [["mutex/lock", "--lock-stat", "--seconds", "20"], "--lock-stat over 200 s"],
  ])("%j is one line and status 2", async (args, said) => {
    const { status, stdout, stderr } = await bench(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(said);
    expect(stderr.split("\n")).toHaveLength(2);
  });
});

describe("refzero bench --conformance:", () => {
  test.each(["mutex/lock", "ww/lock"])(
    "%s loses no update and never hangs in 120 short runs",
    async (path) => {
      const { status, stdout } = await bench("--conformance", path, "--runs", "120");
      expect(stdout).toMatch(/^holds: .*: no update lost and no run hung in 120 short contended runs/);
      expect(status).toBe(0);
    },
  );

  test("a lock that lets two in loses updates", async () => {
    const { status, stdout } = await bench("--conformance", planted("torn"), "--runs", "300", "--json");
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: "violated", hung: [] });
  });

  test("a file that is no lock is refused", async () => {
    folder.write("no-lock.mjs", "export const x = 1;\n");
    const { status, stderr } = await bench("--conformance", "no-lock.mjs");
    expect(status).toBe(2);
    expect(stderr).toContain("it exports neither attach(memory, worker, workers) nor lock(view, index)");
  });

  test("a lock that always sleeps is found hanging, and the rest goes on", async () => {
    folder.write(
      "sleeps.mjs",
      "let first = true;\nexport function lock(view, index) { if (first) { first = false; return; } Atomics.wait(view, index, 0); }\nexport function unlock() {}\n",
    );
    const { status, stdout } = await bench("--conformance", "sleeps.mjs", "--runs", "2", "--json");
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: "violated", runs: 2, hung: [1, 2] });
  });
});
