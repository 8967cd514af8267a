import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dependencyOrder, newEdge, sameInstance } from "../../../src/triage/read/order.ts";
import { readLog } from "../../../src/triage/read/read-log.ts";

interface Expected {
  file: string;
  kind: string | null;
  kind_accept?: (string | null)[];
  locks: string[];
  new_edge?: [string, string];
  same_instance?: boolean | null;
  tasks: string[];
  held_count?: number;
  held_seen?: number;
  chain_length?: number;
  kernel: string | null;
  complete: boolean;
  safe?: string;
  unsafe?: string;
  other?: string;
  under?: string | null;
}

const logs = new URL("../logs/", import.meta.url);
const cases = readdirSync(logs).flatMap((folder) => {
  const text = readFileSync(new URL(`${folder}/expect.json`, logs), "utf8");
  const { logs: expected } = JSON.parse(text) as { logs: Expected[] };
  return expected.map((one) => ({ folder, ...one }));
});

describe.each(cases)("$folder/$file", (expected) => {
  it("is decoded as its expectation says", async () => {
    const bytes = readFileSync(new URL(`${expected.folder}/${expected.file}`, logs));
    const reports = await readLog([bytes]);
    const kinds = expected.kind === null ? ["refcount"] : [expected.kind];
    const report = reports.find(({ kind }) => kinds.includes(kind));
    expect(report, `reports: ${reports.map(({ kind }) => kind)}`).toBeDefined();
    if (!report) return;
    expect(dependencyOrder(report)).toEqual(expected.locks);
    expect(report.task && `${report.task.comm}/${report.task.pid}`).toBe(expected.tasks[0]);
    expect(report.kernel).toBe(expected.kernel);
    expect(report.complete, `missing: ${report.missing}`).toBe(expected.complete);
    if (expected.new_edge) expect(newEdge(report)).toEqual(expected.new_edge);
    if (expected.same_instance !== undefined) expect(sameInstance(report)).toBe(expected.same_instance);
    if (expected.held_count !== undefined) {
      expect(report.heldCount).toBe(expected.held_count);
      expect(report.held.length).toBe(expected.held_seen ?? expected.held_count);
    }
    if (expected.chain_length !== undefined) expect(report.chainLength).toBe(expected.chain_length);
    if (expected.safe !== undefined) expect(report.irq?.safe?.class).toBe(expected.safe);
    if (expected.unsafe !== undefined) expect(report.irq?.unsafe?.class).toBe(expected.unsafe);
    if (expected.other !== undefined) expect(report.irq?.other?.class).toBe(expected.other);
    if (expected.under != null) expect(report.held.map((lock) => lock.class)).toContain(expected.under);
  });
});
