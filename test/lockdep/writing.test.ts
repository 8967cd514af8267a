import { describe, expect, test } from "vitest";
import { traceLines } from "../../src/lockdep/trace-writer.ts";
import { validateTrace } from "../../src/lockdep/validate.ts";
import type { TraceEvent } from "../../src/record/lock-trace.ts";
import { lockdepDot } from "../../src/report/lockdep-dot.ts";
import { lockdepJson } from "../../src/report/lockdep-json.ts";
import { lockdepText } from "../../src/report/lockdep-text.ts";
import { recordOf, reportsOf } from "./traces.ts";

const traceText = (...trace: Parameters<typeof traceLines>): string => [...traceLines(...trace)].join("");

const style = { color: false, unicode: true, columns: 100 };
const events: readonly TraceEvent[] = [
  { op: "init", lock: "mm", class: "&mm->mmap_lock", type: "rwsem" },
  { op: "acquire", task: "T1", lock: "a", ip: "shmem.ts:140" },
  { op: "acquire", task: "T1", lock: "b" },
  { op: "acquire", task: "T1", lock: "mm", read: "yes", ip: "shmem.ts:144" },
  { op: "release", task: "T1", lock: "mm" },
  { op: "release", task: "T1", lock: "b" },
  { op: "release", task: "T1", lock: "a" },
  { op: "acquire", task: "T2", lock: "mm" },
  { op: "acquire", task: "T2", lock: "a", ip: "reclaim.ts:77" },
];

describe("a trace that was written:", () => {
  test("says the same when it is read", async () => {
    for (const mode of ["kernel", "exact"] as const)
      expect((await recordOf(events, mode)).reports).toEqual(reportsOf(events, mode));
  });

  test("has a line an event, its op first", () => {
    const [header, first, second] = traceText({ name: "n", mode: "exact" }, events).split("\n");
    expect(header).toBe('{"format":"lock-trace","version":1,"name":"n","mode":"exact"}');
    expect(first).toBe('{"op":"init","lock":"mm","class":"&mm->mmap_lock","type":"rwsem"}');
    expect(second).toBe('{"op":"acquire","task":"T1","lock":"a","ip":"shmem.ts:140"}');
  });

  test("carries its mode and its priming", async () => {
    const text = traceText({ name: "n", mode: "exact", prime: ["reservation"] }, [
      { op: "init", lock: "R", class: "reservation_ww_class", type: "ww_mutex" },
      { op: "reclaim-enter", task: "kswapd" },
      { op: "acquire", task: "kswapd", lock: "R" },
    ]);
    const record = await validateTrace("a.jsonl", [Buffer.from(text)], undefined);
    expect(record.mode).toBe("exact");
    expect(record.reports).toMatchObject([
      { kind: "circular", classes: ["reservation_ww_class_mutex", "fs_reclaim"], verdict: "possible" },
    ]);
    const kernel = await validateTrace("a.jsonl", [Buffer.from(text)], "kernel");
    expect(kernel.reports[0]).not.toHaveProperty("verdict");
  });
});

describe("what users read:", () => {
  test("a report as text", async () => {
    const text = lockdepText([await recordOf(events, "exact")], style, { quiet: false, stats: true });
    await expect(text).toMatchFileSnapshot("../golden/lockdep-circular.txt");
  });

  test("the graph for Graphviz", async () => {
    await expect(lockdepDot([await recordOf(events, "kernel")])).toMatchFileSnapshot(
      "../golden/lockdep-graph.dot",
    );
  });

  test("a report as JSON, with what the format says and no more than its line and verdict beside it", async () => {
    const [file] = JSON.parse(lockdepJson([await recordOf(events, "exact")], false));
    expect(file).toMatchObject({ name: "a test", mode: "exact", events: 9, classes: 3, dependencies: 3 });
    expect(file.reports).toEqual([
      {
        kind: "circular",
        event: 9,
        line: 10,
        task: "T2",
        classes: ["a", "b", "&mm->mmap_lock"],
        chain: [
          { from: "a", to: "b", event: 3 },
          { from: "b", to: "&mm->mmap_lock", event: 4 },
        ],
        message: "T2 takes a while it holds &mm->mmap_lock, and a -> b -> &mm->mmap_lock is known",
        verdict: "possible",
        reason: "nothing in the trace keeps the tasks apart",
      },
    ]);
  });
});
