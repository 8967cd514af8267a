import { expect, test } from "vitest";
import { Validator } from "../../src/lockdep/validator.ts";
import type { LockdepMode, TraceEvent } from "../../src/record/lock-trace.ts";

// A task takes a second lock of a class that it holds, in reclaim: a recursion, and a cycle through fs_reclaim.
const events: readonly TraceEvent[] = [
  { op: "init", lock: "one", class: "C", type: "mutex" },
  { op: "init", lock: "two", class: "C", type: "mutex" },
  { op: "acquire", task: "T", lock: "one" },
  { op: "reclaim-enter", task: "T" },
  { op: "acquire", task: "T", lock: "two" },
];

function kinds(mode: LockdepMode): string[] {
  const validator = new Validator(mode);
  for (const event of events) validator.event(event);
  validator.finish();
  return validator.reports().map(({ kind, classes }) => `${kind} ${classes.join()}`);
}

test("kernel mode ends at a recursion", () => {
  expect(kinds("kernel")).toEqual(["recursive-locking C"]);
});

test("exact mode goes on: the same acquisition closes a cycle with the other class that is held", () => {
  expect(kinds("exact")).toEqual(["recursive-locking C", "circular C,fs_reclaim"]);
});
