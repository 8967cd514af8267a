import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { joinWrapped } from "../../../src/triage/read/join.ts";
import { dependencyOrder, newEdge } from "../../../src/triage/read/order.ts";
import { logLines } from "../../../src/triage/read/prefix.ts";
import { readLog } from "../../../src/triage/read/read-log.ts";

const folder = new URL("../logs/", import.meta.url);
const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((n) =>
  n.endsWith(".log.txt"),
);

/** The messages of a log, of the task that reports only, each on a line. */
function messages(text: string): string[] {
  const lines = joinWrapped(text.split("\n").flatMap((line, i) => logLines(line, i + 1)));
  const callers = lines.map((line) => line.caller);
  const most = callers.filter((c) => c !== null)[0] ?? null;
  return lines.filter((line) => line.caller === null || line.caller === most).map((line) => line.text);
}

/** What a mailer does: a line longer than `width` goes on in the next, behind the last blank that fits. */
function wrap(line: string, width: number): string {
  const cut = line.lastIndexOf(" ", width);
  const head = line.slice(0, cut);
  if (line.length <= width || cut < 0 || head.trim().length < 20) return line;
  return `${head}\n${wrap(line.slice(cut + 1), width)}`;
}

async function essence(text: string): Promise<unknown[]> {
  const reports = await readLog([text]);
  return reports.map((r) => ({
    kind: r.kind,
    task: r.task,
    kernel: r.kernel,
    order: dependencyOrder(r),
    edge: newEdge(r),
    at: [r.wanted?.at, r.holding?.at],
    chain: r.chain.map((entry) => [entry.index, entry.stack.length]),
    held: r.held.map((lock) => [lock.class, lock.usage, lock.at]),
    stack: r.stack.map((frame) => frame.function),
    rows: r.scenario?.rows,
    missing: r.missing,
  }));
}

describe.each(names)("%s", (name) => {
  const texts = messages(readFileSync(new URL(name, folder), "utf8"));

  it("reads the same as a serial console, a journal and records", async () => {
    const expected = await essence(texts.join("\n"));
    expect(await essence(texts.map((t, i) => `[   12.${100_000 + i}] ${t}`).join("\r\n"))).toEqual(expected);
    expect(await essence(texts.map((t) => `Nov 23 20:15:02 host kernel: ${t}`).join("\n"))).toEqual(expected);
    expect(await essence(texts.map((t, i) => `4,${i},12345,-;${t}`).join("\n"))).toEqual(expected);
  });

  it("reads the same when a mailer wrapped it", async () => {
    const expected = await essence(texts.join("\n"));
    const stamped = texts.map((t, i) => wrap(`[   12.${100_000 + i}] ${t}`, 76).replaceAll(/^/gm, "> "));
    expect(await essence(stamped.join("\n"))).toEqual(expected);
    const plain = texts.map((t) => wrap(t, 76));
    expect(await essence(plain.join("\n"))).toEqual(expected);
  });
});
