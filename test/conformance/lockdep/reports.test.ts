import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { validateTrace } from "../../../src/lockdep/validate.ts";
import { counts } from "../../../src/record/lockdep-record.ts";

interface Expected {
  readonly file: string;
  readonly exit: number;
  readonly kind?: string;
  readonly classes?: readonly string[];
  readonly task?: string;
  readonly line?: number;
  readonly exact?: string;
  readonly exact_accept?: readonly string[];
  readonly exact_exit?: number;
}

// Published bug reports, reduced to traces: what the kernel said of the code as it was, and of the code as it became.
const root = join(import.meta.dirname, "../reports");
const cases = readdirSync(root)
  .filter((folder) => existsSync(join(root, folder, "expect.json")))
  .flatMap((folder) => {
    const { traces = [] } = JSON.parse(readFileSync(join(root, folder, "expect.json"), "utf8")) as {
      traces?: Expected[];
    };
    return traces.map((expected) => ({ what: `${folder}/${expected.file}`, expected }));
  });

const validated = (what: string, mode: "kernel" | "exact") =>
  validateTrace(what, [readFileSync(join(root, what))], mode);

describe("published bug reports:", () => {
  test.each(cases)("$what, kernel mode", async ({ what, expected }) => {
    const { reports } = await validated(what, "kernel");
    expect(reports.length > 0 ? 1 : 0).toBe(expected.exit);
    if (expected.kind === undefined) return;
    const { kind, classes, task, line } = expected;
    expect(reports[0]).toMatchObject({ kind, classes, task, line });
  });

  test.each(cases)("$what, exact mode", async ({ what, expected }) => {
    const { reports } = await validated(what, "exact");
    if (expected.exact !== undefined)
      expect([expected.exact, ...(expected.exact_accept ?? [])]).toContain(reports[0]?.verdict);
    if (expected.exact_exit !== undefined) expect(reports.some(counts) ? 1 : 0).toBe(expected.exact_exit);
    if (expected.exit === 0) expect(reports).toEqual([]);
  });
});
