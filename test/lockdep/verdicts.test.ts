import { describe, expect, test } from "vitest";
import type { LockType, TraceEvent } from "../../src/record/lock-trace.ts";
import { counts } from "../../src/record/lockdep-record.ts";
import { reportsOf } from "./traces.ts";

const init = (lock: string, of: string, order?: number, type: LockType = "mutex"): TraceEvent => ({
  op: "init",
  lock,
  class: of,
  type,
  ...(order === undefined ? {} : { order }),
});

/** A task takes locks, outermost first, and gives them back. */
const nest = (task: string, ...locks: string[]): TraceEvent[] => [
  ...locks.map((lock): TraceEvent => ({ op: "acquire", task, lock })),
  ...locks.toReversed().map((lock): TraceEvent => ({ op: "release", task, lock })),
];
const born = (shared = false): TraceEvent[] => [
  init("X.lock", "resv"),
  { op: "object", task: "app", object: "X", locks: ["X.lock"], shared },
];
const put = (task: string): TraceEvent => ({ op: "put", task, object: "X" });
const get = (task: string): TraceEvent => ({ op: "get", task, object: "X" });
/** The founding case: what is allocated under the lock, and a free inside reclaim. */
const freeInReclaim: readonly TraceEvent[] = [
  { op: "acquire", task: "app", lock: "X.lock" },
  { op: "alloc", task: "app", gfp: "kernel" },
  { op: "release", task: "app", lock: "X.lock" },
  { op: "reclaim-enter", task: "kswapd" },
  { op: "get-unless-zero", task: "kswapd", object: "X", ok: true },
  put("app"),
  put("kswapd"),
  { op: "acquire", task: "kswapd", lock: "X.lock" },
  { op: "release", task: "kswapd", lock: "X.lock" },
  { op: "free", task: "kswapd", object: "X" },
  { op: "reclaim-exit", task: "kswapd" },
];

const verdicts: readonly (readonly [what: string, events: readonly TraceEvent[], verdict: string])[] = [
  ["free in reclaim, the lock is its object's own", [...born(), ...freeInReclaim], "cannot-contend"],
  ["free in reclaim, the lock is shared", [...born(true), ...freeInReclaim], "possible"],
  [
    "free in reclaim, and later the same chain with a live object",
    [
      ...born(),
      ...freeInReclaim,
      ...born(),
      { op: "reclaim-enter", task: "kswapd" },
      get("kswapd"),
      ...nest("kswapd", "X.lock"),
      { op: "reclaim-exit", task: "kswapd" },
    ],
    "possible",
  ],
  [
    "somebody took the lock without a reference",
    [...born(), ...nest("stranger", "X.lock"), ...freeInReclaim],
    "possible",
  ],
  [
    "somebody took the lock with a reference that was handed to him",
    [...born(), get("app"), ...nest("worker", "X.lock"), put("worker"), ...freeInReclaim],
    "cannot-contend",
  ],
  [
    "the wait goes on past the dead object's lock",
    [
      ...born(),
      ...nest("app", "N", "F"),
      get("worker"),
      put("app"),
      put("worker"),
      ...nest("worker", "F", "X.lock", "N"),
    ],
    "possible",
  ],
  ["both orders under one lock", [...nest("T1", "G", "A", "B"), ...nest("T2", "G", "B", "A")], "gated"],
  [
    "both orders under one lock that is read",
    [init("G", "G", undefined, "rwsem"), ...gatedByReaders()],
    "possible",
  ],
  [
    "both orders in reclaim, which keeps nobody out",
    [...inReclaim("T1", "A", "B"), ...inReclaim("T2", "B", "A")],
    "possible",
  ],
  ["both orders by one task", [...nest("T1", "A", "B"), ...nest("T1", "B", "A")], "single-task"],
  [
    "parent and child",
    [init("A1", "A", 1), init("A2", "A", 2), ...nest("T1", "A1", "A2")],
    "distinct-instances",
  ],
  [
    "child and parent",
    [init("A1", "A", 1), init("A2", "A", 2), ...nest("T1", "A2", "A1"), ...nest("T2", "A1")],
    "single-task",
  ],
  [
    "parent and child, without an order",
    [init("A1", "A"), init("A2", "A"), ...nest("T1", "A1", "A2"), ...nest("T2", "A1", "A2")],
    "possible",
  ],
  [
    "one instance twice",
    [
      { op: "acquire", task: "T1", lock: "A" },
      { op: "acquire", task: "T1", lock: "A" },
    ],
    "possible",
  ],
  ["both orders by two tasks", [...nest("T1", "A", "B"), ...nest("T2", "B", "A")], "possible"],
];

function gatedByReaders(): TraceEvent[] {
  const reader = (event: TraceEvent): TraceEvent =>
    event.op === "acquire" && event.lock === "G" ? { ...event, read: "yes" } : event;
  return [...nest("T1", "G", "A", "B"), ...nest("T2", "G", "B", "A")].map(reader);
}

function inReclaim(task: string, ...locks: string[]): TraceEvent[] {
  return [{ op: "reclaim-enter", task }, ...nest(task, ...locks), { op: "reclaim-exit", task }];
}

describe("exact mode:", () => {
  test.each(verdicts)("%s", (_what, events, verdict) => {
    const reports = reportsOf(events, "exact");
    expect(reports[0]?.verdict, reports[0]?.reason).toBe(verdict);
    expect(reports.some(counts)).toBe(verdict === "possible" || verdict === "single-task");
    // The kernel knows none of it.
    expect(reportsOf(events, "kernel")).toHaveLength(1);
  });

  test("instances that form no cycle are said to be distinct, and count", () => {
    const [report] = reportsOf(
      [init("A1", "A"), init("A2", "A"), ...nest("T1", "A1", "B"), ...nest("T2", "B", "A2")],
      "exact",
    );
    expect(report).toMatchObject({ verdict: "possible", instances: "distinct", classes: ["A", "B"] });
  });

  test("a cycle that a shorter, innocent one stands for is reported too", () => {
    const reports = reportsOf(
      [
        ...born(),
        init("Y.lock", "resv"),
        put("app"),
        ...nest("app", "F", "X.lock"),
        ...nest("T1", "F", "Q"),
        ...nest("T2", "Q", "Y.lock"),
        ...nest("T3", "Y.lock", "F"),
      ],
      "exact",
    );
    expect(reports).toMatchObject([
      { classes: ["F", "resv"], verdict: "cannot-contend" },
      { verdict: "possible", kind: "circular" },
    ]);
    expect([...(reports[1]?.classes ?? [])].sort()).toEqual(["F", "Q", "resv"]);
  });

  test("what was reported before a reset is judged by what was seen before it", () => {
    const reports = reportsOf(
      [...nest("T1", "A", "B"), ...nest("T2", "B", "A"), { op: "reset" }, ...nest("T1", "B", "A")],
      "exact",
    );
    expect(reports).toMatchObject([{ classes: ["A", "B"], verdict: "possible" }]);
  });
});
