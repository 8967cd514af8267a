import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/record/usage-error.ts";

describe("a usage error", () => {
  const scenarios = ["ww/abba", "ww/cycle", "shmem/churn"];
  const nameOf = (name: string): string =>
    new UsageError("UNKNOWN_SCENARIO", { name, allowed: scenarios }).message;

  test("names the nearest match, if one is near", () => {
    expect(nameOf("ww/abb")).toContain("did you mean ww/abba?");
    expect(nameOf("ww/abab")).toContain("did you mean ww/abba?");
    expect(nameOf("shmem/chrun")).toContain("did you mean shmem/churn?");
    expect(nameOf("dmabuf-import")).not.toContain("did you mean");
    expect(nameOf("")).not.toContain("did you mean");
  });

  test("one letter off is always near", () => {
    const slip = fc
      .tuple(fc.constantFrom(...scenarios), fc.nat(), fc.constantFrom("drop", "double", "change"))
      .map(([name, at, how]): readonly [string, string] => {
        const index = at % name.length;
        const [before, letter, after] = [name.slice(0, index), name[index] ?? "", name.slice(index + 1)];
        const middle = { drop: "", double: letter + letter, change: "~" }[how] ?? "";
        return [name, before + middle + after];
      });
    fc.assert(
      fc.property(slip, ([name, typed]) => {
        expect(nameOf(typed)).toContain(`did you mean ${name}?`);
      }),
    );
  });

  test("is one line, whatever the input was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (value, key) => {
        const messages = [
          nameOf(value),
          new UsageError("BAD_OPTION", { option: "--seed", value, allowed: "digits" }).message,
          new UsageError("UNKNOWN_PARAMETER", { scenario: value, key, allowed: [key] }).message,
          new UsageError("CANNOT_WRITE", { file: value, reason: key }).message,
          new UsageError("BAD_SCENARIO_FILE", { file: value, line: 1, reason: `${key}\n\n  at x` }).message,
        ];
        for (const message of messages) expect(message).not.toMatch(/[\r\n]/);
      }),
    );
  });

  test("keeps its facts beside its message", () => {
    const error = new UsageError("BAD_SCENARIO_FILE", {
      file: "mine.ts",
      line: 3,
      column: 7,
      reason: "it throws",
    });
    expect(error).toMatchObject({
      name: "UsageError",
      code: "BAD_SCENARIO_FILE",
      message: "mine.ts:3:7: it throws",
    });
    expect(error.facts.line).toBe(3);
    expect(new UsageError("BAD_SCENARIO_FILE", { file: "mine.ts", line: 3, reason: "x" }).message).toBe(
      "mine.ts:3:1: x",
    );
    expect(new UsageError("BAD_SCENARIO_FILE", { file: "mine.ts", reason: "x" }).message).toBe("mine.ts: x");
  });

  test.each([
    [[], "a has no parameter 'k'; it takes none."],
    [["key"], "a has no parameter 'k'; did you mean key? Allowed: key."],
    [["somewhat-long"], "a has no parameter 'k'. Allowed: somewhat-long."],
  ])("lists what is allowed: %j", (allowed, message) => {
    expect(new UsageError("UNKNOWN_PARAMETER", { scenario: "a", key: "k", allowed }).message).toBe(message);
  });
});
