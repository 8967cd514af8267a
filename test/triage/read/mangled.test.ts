import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, it } from "vitest";
import { readLog } from "../../../src/triage/read/read-log.ts";

const folder = new URL("../logs/", import.meta.url);
const logs = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".log.txt"))
  .map((name) => readFileSync(new URL(name, folder)));
const log = fc.constantFrom(...logs);

const cut = fc.tuple(log, fc.nat(4000), fc.nat(4000)).map(([bytes, a, b]) => bytes.subarray(a, a + b));
const lines = (bytes: Uint8Array): string[] => Buffer.from(bytes).toString("latin1").split("\n");
const shuffled = log.chain((bytes) =>
  fc.shuffledSubarray(lines(bytes)).map((some) => Buffer.from(some.join("\n"), "latin1")),
);
const interleaved = fc.tuple(log, log, fc.array(fc.boolean(), { maxLength: 200 })).map(([a, b, turns]) => {
  const [left, right] = [lines(a), lines(b)];
  return Buffer.from(turns.map((turn) => (turn ? left : right).shift() ?? "").join("\n"), "latin1");
});
const flipped = fc
  .tuple(log, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 60 }))
  .map(([bytes, changes]) => {
    const copy = Buffer.from(bytes);
    for (const [at, byte] of changes) copy[at % copy.length] = byte;
    return copy;
  });
const noise = fc
  .tuple(fc.uint8Array({ maxLength: 3000 }), log)
  .map(([bytes, real]) => Buffer.concat([bytes, real]));
const mangled = fc.oneof(cut, shuffled, interleaved, flipped, noise);

it("mangled logs are read without an error, in bounds, whatever the chunks", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(mangled, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 900 }),
      async (parts, size) => {
        const bytes = Buffer.concat(parts);
        const chunks: Uint8Array[] = [];
        for (let i = 0; i < bytes.length; i += size) chunks.push(bytes.subarray(i, i + size));
        const whole = await readLog([bytes]);
        expect(await readLog(chunks)).toEqual(whole);
        const count = bytes.toString("latin1").split("\n").length;
        for (const { lines: at, complete, missing } of whole) {
          expect(at.first).toBeGreaterThanOrEqual(1);
          expect(at.last).toBeLessThanOrEqual(count);
          expect(at.first).toBeLessThanOrEqual(at.last);
          expect(complete).toBe(missing.length === 0);
        }
      },
    ),
    { numRuns: 300 },
  );
});

it("a file that is one long line, or nothing, holds no report", async () => {
  expect(await readLog([])).toEqual([]);
  expect(await readLog(["", new Uint8Array(0)])).toEqual([]);
  expect(await readLog([Buffer.alloc(3_000_000, "WARNING: x ")])).toEqual([]);
});

it("lines that ask the most of the expressions are read in time", async () => {
  const banner = "WARNING: possible circular locking dependency detected\n";
  const hard = [
    "(".repeat(4000),
    "#0: (a".repeat(600),
    "a/1 ".repeat(1000),
    "[".repeat(4000),
    "> ".repeat(2000),
    "){+.+.}".repeat(580),
    "CPU: 1 PID: 1 Comm: ".padEnd(4000, "a "),
    " ".repeat(4090),
  ];
  const started = performance.now();
  await readLog([banner, ...hard.flatMap((line) => Array.from({ length: 20 }, () => `${line}\n`))]);
  expect(performance.now() - started).toBeLessThan(5000);
});
