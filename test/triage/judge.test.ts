import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { validateTrace } from "../../src/lockdep/validate.ts";
import type { TriageReport } from "../../src/record/triage-record.ts";
import { triage } from "../../src/triage/triage.ts";

interface Expected {
  file: string;
  kind: string | null;
  locks: string[];
  complete: boolean;
  accept: string[];
}

const logs = new URL("./logs/", import.meta.url);
const cases = readdirSync(logs).flatMap((folder) => {
  const text = readFileSync(new URL(`${folder}/expect.json`, logs), "utf8");
  const { logs: expected } = JSON.parse(text) as { logs: Expected[] };
  return expected.map((one) => ({ folder, ...one }));
});

const ADDRESS = /\b(?:0x)?[0-9a-f]{16}\b/;

describe.each(cases)("$folder/$file", (expected) => {
  const judged = async (): ReturnType<typeof triage> =>
    await triage(expected.file, [readFileSync(new URL(`${expected.folder}/${expected.file}`, logs))], []);
  const reportOf = (reports: readonly TriageReport[]): TriageReport | undefined =>
    reports.find(({ kind }) => kind === (expected.kind ?? "refcount"));

  it("gets a verdict that can be defended, and says what is missing", async () => {
    const { file } = await judged();
    const report = reportOf(file.reports);
    expect(expected.accept).toContain(report?.verdict);
    expect(report?.complete).toBe(expected.complete);
    expect((report?.missing.length ?? 0) > 0).toBe(!expected.complete);
    expect(report?.why).not.toBe("");
    if (report?.verdict === "spurious")
      expect(report.facts.some(({ standing }) => standing !== "possible")).toBe(true);
    if (report?.kind === "circular" && report.verdict === "unknown" && report.complete)
      expect(report.outcomes.length).toBeGreaterThan(0);
  });

  it("makes a lock trace that validates to the same report", async () => {
    const { trace } = await judged();
    const record = await validateTrace("trace", [Buffer.from(trace())], "kernel");
    const got = record.reports.map(({ kind, classes }) => ({ kind, classes }));
    if (expected.kind === null) return expect(got).toEqual([]);
    expect(got.map(({ kind }) => kind)).toEqual([expected.kind]);
    if (expected.locks.length > 0)
      expect(got[0]?.classes.slice(0, expected.locks.length)).toEqual(expected.locks);
  });

  it("writes out no address", async () => {
    const { file, trace, scenario } = await judged();
    for (const text of [JSON.stringify(file), trace(), scenario() ?? ""]) expect(text).not.toMatch(ADDRESS);
  });
});
