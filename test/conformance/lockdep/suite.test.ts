import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { eventLine } from "../../../src/lockdep/trace-writer.ts";
import { validateTrace } from "../../../src/lockdep/validate.ts";
import { contexts } from "./groups/contexts.ts";
import { held } from "./groups/held.ts";
import { interrupts } from "./groups/interrupts.ts";
import { order } from "./groups/order.ts";
import { ww } from "./groups/ww.ts";
import type { Case } from "./notation.ts";

// The kernel's locking self-test (lib/locking-selftest.c) as traces, restated from what Documentation/locking and the
// names of its groups say. Each file carries what lockdep has to say of it, in a field that the format does not know.
// `npx vitest run test/conformance/lockdep -u` writes the files anew.

const folder = import.meta.dirname;
const cases: readonly Case[] = [...order, ...interrupts, ...contexts, ...ww, ...held];

function text({ name, events, expect: kind }: Case): string {
  const expected = kind === "none" ? { exit: 0 } : { exit: 1, kind };
  const header = { format: "lock-trace", version: 1, name, expect: expected };
  return `${[JSON.stringify(header), ...events.map(eventLine)].join("\n")}\n`;
}

describe("the kernel's self-test as traces:", () => {
  test.each(cases)("$name: $expect", async (one) => {
    const file = join(folder, `${one.name}.jsonl`);
    await expect(text(one)).toMatchFileSnapshot(file);
    const { reports } = await validateTrace(file, [readFileSync(file)], undefined);
    expect(reports[0]?.kind ?? "none").toBe(one.expect);
  });

  test("no two cases share a name, and no file is left of one that is gone", () => {
    const files = readdirSync(folder).filter((file) => file.endsWith(".jsonl"));
    expect(files.sort()).toEqual(cases.map(({ name }) => `${name}.jsonl`).sort());
  });
});
