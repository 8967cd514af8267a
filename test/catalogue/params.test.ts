import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { catalogue } from "#scenarios/index";
import { choice, int, type Params } from "#scenarios/params";
import { resolveParams } from "../../src/catalogue/params.ts";
import { UsageError } from "../../src/record/usage-error.ts";

const definition = {
  name: "mine/test",
  params: {
    design: choice(["lock", "helper"], "lock", "how it is written"),
    tasks: int(2, 64, 3, "how many"),
    depth: int(-5, 5, 0, "how deep"),
  } satisfies Params,
};

function complaint(given: Record<string, string>): string {
  try {
    resolveParams(definition, given);
    return "";
  } catch (error) {
    return error instanceof UsageError ? `${error.code}: ${error.message}` : "another error";
  }
}

describe("parameters", () => {
  test("not given take their defaults, in the order they are declared", () => {
    expect(Object.entries(resolveParams(definition, {}))).toEqual([
      ["design", "lock"],
      ["tasks", 3],
      ["depth", 0],
    ]);
    expect(Object.keys(resolveParams(definition, { depth: "1", design: "helper" }))).toEqual([
      "design",
      "tasks",
      "depth",
    ]);
  });

  test("whole numbers of the range are taken, and nothing else is", () => {
    const text = fc.oneof(
      fc.integer({ min: -100, max: 100 }).map(String),
      fc.double().map(String),
      fc.string(),
      fc.constantFrom("", " 3", "3 ", "+3", "0x3", "1e1", "3.0", "three", "-0", "--3"),
    );
    fc.assert(
      fc.property(text, (given) => {
        const isWhole = /^-?\d+$/.test(given);
        const value = Number(given);
        if (isWhole && value >= -5 && value <= 5)
          expect(resolveParams(definition, { depth: given }).depth).toBe(value);
        else expect(complaint({ depth: given })).toMatch(/^BAD_PARAMETER: /);
      }),
    );
  });

  test("only the words of a choice are taken", () => {
    expect(resolveParams(definition, { design: "helper" }).design).toBe("helper");
    expect(complaint({ design: "Lock" })).toBe(
      "BAD_PARAMETER: mine/test: parameter design cannot be 'Lock'; did you mean lock? Allowed: lock, helper.",
    );
    fc.assert(
      fc.property(fc.string(), (given) => {
        fc.pre(!["lock", "helper"].includes(given));
        expect(complaint({ design: given })).toMatch(/^BAD_PARAMETER: /);
      }),
    );
  });

  test.each(["toString", "__proto__", "constructor", "hasOwnProperty", "Design", ""])(
    "'%s' is no parameter",
    (key) => {
      expect(complaint(Object.fromEntries([[key, "1"]]))).toMatch(/^UNKNOWN_PARAMETER: /);
    },
  );
});

describe("each scenario of the catalogue", () => {
  test.each(catalogue.map(({ definition: one }) => one))(
    "$name: its defaults are allowed, and it can be laid out",
    (one) => {
      const given = Object.fromEntries(
        Object.entries(one.params).map(([key, param]) => [key, String(param.default)]),
      );
      const params = resolveParams(one, given);
      expect(params).toEqual(resolveParams(one, {}));
      for (const mode of one.modes) {
        const tasks = one.tasks(params as never, mode);
        expect(tasks.length).toBeGreaterThan(0);
        expect(new Set(tasks.map(({ name }) => name)).size).toBe(tasks.length);
        expect(Number.isInteger(one.worldWords(params as never, mode))).toBe(true);
      }
      for (const text of [one.claim, one.source, ...Object.values(one.params).map(({ about }) => about)])
        expect(text).toMatch(/^\S.*[^.\s]$/);
    },
  );

  test("has a name of its own, and the file that it says", async () => {
    const names = catalogue.map(({ definition: one }) => one.name);
    expect(new Set(names).size).toBe(names.length);
    for (const { definition: one, module } of catalogue) {
      expect(module).toMatch(/^#scenarios\//);
      expect(one.name).toMatch(/^[a-z-]+\/[\w-]+$/);
    }
  });
});
