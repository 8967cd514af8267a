import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Schedule, ScheduleStep } from "../../src/record/schedule.ts";
import { parseSchedule } from "../../src/record/schedule-schema.ts";
import { UsageError } from "../../src/record/usage-error.ts";

const step: ScheduleStep = { task: 0, outcome: 0, did: "read", on: "a of mine#1", hash: "0123abcd" };
const good: Schedule = {
  format: "refzero-schedule",
  version: 1,
  scenario: "ww/abba",
  params: { algorithm: "wound-wait", tasks: 2 },
  granularity: "lock",
  tasks: ["one", "two"],
  kind: "deadlock",
  object: null,
  preemptions: 1,
  steps: [step, { ...step, task: 1 }],
  foundBy: "refzero explore ww/abba",
};

/** What is said of a schedule with something changed. */
function said(change: object): string {
  try {
    parseSchedule("s.json", JSON.stringify({ ...good, ...change }));
    return "nothing";
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.message;
  }
}

test("a schedule is read as it was written", () => {
  expect(parseSchedule("s.json", JSON.stringify(good))).toEqual(good);
});

describe("what cannot be is named by its place:", () => {
  test.each([
    ["steps", { steps: [] }],
    ["steps", { steps: undefined }],
    ["steps", { steps: "all" }],
    ["steps.0.task", { steps: [{ ...step, task: -1 }] }],
    ["steps.0.task", { steps: [{ ...step, task: 0.5 }] }],
    ["steps.0.task", { steps: [{ ...step, task: null }] }],
    ["steps.1.task", { steps: [step, { ...step, task: 2 }] }],
    ["steps.0.outcome", { steps: [{ ...step, outcome: -1 }] }],
    ["steps.1.hash", { steps: [step, { ...step, hash: "xyz" }] }],
    ["steps.0.more", { steps: [{ ...step, more: 1 }] }],
    ["granularity", { granularity: "word" }],
    ["kind", { kind: "none" }],
    ["kind", { kind: "toString" }],
    ["tasks", { tasks: [] }],
    ["tasks.0", { tasks: [1] }],
    ["params.tasks", { params: { tasks: null } }],
    ["object", { object: 1 }],
    ["preemptions", { preemptions: -1 }],
    ["scenario", { scenario: "" }],
    ["foundBy", { foundBy: undefined }],
    ["more", { more: 1 }],
  ])("%s %j", (part, change) => {
    expect(said(change)).toMatch(new RegExp(`^cannot use 's\\.json': ${part.replaceAll(".", "\\.")}: `));
  });

  test("the version says what is read", () => {
    expect(said({ version: 2 })).toBe("cannot use 's.json': it has version 2; this refzero reads 1.");
    expect(said({ version: undefined })).toMatch(/it has version undefined; this refzero reads 1\.$/);
  });
});

test("whatever a file holds, it is read or refused on one line", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fc.string({ unit: "binary" }),
    fc.nat(400).map((end) => JSON.stringify(good).slice(0, end)),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseSchedule("s.json", text);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        expect((error as Error).message).not.toMatch(/\p{Cc}/u);
      }
    }),
    { numRuns: 500, seed: 8 },
  );
});
