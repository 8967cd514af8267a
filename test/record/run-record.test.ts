import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { violationKinds } from "#shared/violation";
import { checkRunRecord } from "../../src/record/run-record-schema.ts";
import { violationSentences } from "../../src/record/violation-kinds.ts";
import { deadlocked, died, holds, violated } from "../report/records.ts";

const records = [holds, violated, deadlocked, died];

describe("a run record", () => {
  test.each(records)("is accepted as it is, and again after a file ($verdict $scenario)", (record) => {
    expect(checkRunRecord(record)).toEqual(record);
    expect(checkRunRecord(JSON.parse(JSON.stringify(record)))).toEqual(record);
  });

  test("with any field missing is refused, and so is one field too many", () => {
    for (const record of records) {
      for (const key of Object.keys(record)) {
        const { [key as keyof typeof record]: _, ...rest } = record;
        expect(() => checkRunRecord(rest), key).toThrow();
      }
      expect(() => checkRunRecord({ ...record, extra: 1 })).toThrow();
    }
  });

  test("with a part of another kind in it is refused", () => {
    const wrong = fc.oneof(
      fc.constant(undefined),
      fc.constant([{}]),
      fc.constant(() => 1),
    );
    const keys = fc.constantFrom(...(Object.keys(holds) as (keyof typeof holds)[]));
    fc.assert(
      fc.property(fc.constantFrom(...records), keys, wrong, (record, key, value) => {
        expect(() => checkRunRecord({ ...record, [key]: value })).toThrow();
      }),
    );
  });

  test.each([
    ["of another version", { version: 2 }],
    ["of another format", { format: "refzero-schedule" }],
    ["of another engine", { engine: "hope" }],
    ["with a verdict of its own", { verdict: "probably" }],
    ["with a count below zero", { frees: -1 }],
    ["with half a world", { worlds: 0.5 }],
    ["with no number at all", { seconds: "5" }],
    ["that is NaN", { frees: Number.NaN }],
    ["with a parameter that is a list", { params: { design: ["lock"] } }],
  ])("%s is refused", (_what, facts) => {
    expect(() => checkRunRecord({ ...holds, ...facts })).toThrow();
  });

  test("anything else is refused, without a crash", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(() => checkRunRecord(value)).toThrow();
      }),
    );
  });
});

test("every kind of violation has one sentence, and no two the same", () => {
  const kinds = violationKinds.filter((kind) => kind !== "none");
  expect(Object.keys(violationSentences).sort()).toEqual([...kinds].sort());
  const sentences = Object.values(violationSentences);
  expect(new Set(sentences).size).toBe(sentences.length);
  for (const sentence of sentences) expect(sentence).toMatch(/^[a-z][^\n.]*$/);
});
