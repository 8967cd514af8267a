import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, it } from "vitest";
import { triage } from "../../src/triage/triage.ts";

const folder = new URL("./logs/", import.meta.url);
const logs = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".log.txt"))
  .map((name) => readFileSync(new URL(name, folder)));
const log = fc.constantFrom(...logs);
const lines = (bytes: Uint8Array): string[] => Buffer.from(bytes).toString("latin1").split("\n");

const mangled = fc.oneof(
  fc.tuple(log, fc.nat(4000), fc.nat(4000)).map(([bytes, a, b]) => bytes.subarray(a, a + b)),
  log.chain((bytes) =>
    fc.shuffledSubarray(lines(bytes)).map((some) => Buffer.from(some.join("\n"), "latin1")),
  ),
  fc.tuple(log, log, fc.array(fc.boolean(), { maxLength: 200 })).map(([a, b, turns]) => {
    const [left, right] = [lines(a), lines(b)];
    return Buffer.from(turns.map((turn) => (turn ? left : right).shift() ?? "").join("\n"), "latin1");
  }),
  fc.tuple(log, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 60 })).map(([bytes, changes]) => {
    const copy = Buffer.from(bytes);
    for (const [at, byte] of changes) copy[at % copy.length] = byte;
    return copy;
  }),
  fc.tuple(fc.uint8Array({ maxLength: 3000 }), log).map(([bytes, real]) => Buffer.concat([bytes, real])),
);

it("5,000 mangled logs are judged: nothing is thrown, what is cut says what is missing", async () => {
  await fc.assert(
    fc.asyncProperty(mangled, async (bytes) => {
      const { file, trace, scenario } = await triage("log", [bytes], []);
      for (const { verdict, complete, missing, why } of file.reports) {
        expect(["real", "spurious", "unknown"]).toContain(verdict);
        expect(complete).toBe(missing.length === 0);
        expect(why).not.toBe("");
      }
      for (const line of trace().trim().split("\n")) JSON.parse(line);
      scenario();
    }),
    { numRuns: 5000 },
  );
}, 600_000);
