import { describe, expect, test } from "vitest";
import type { Cell, Scenario } from "#scenarios/define";
import { choice, int } from "#scenarios/params";
import { judged, rowsOf } from "../../src/matrix/plan.ts";
import { catalogued } from "../explore/catalogued.ts";
import { expecting } from "./rows.ts";

const declared: Partial<Scenario> = {
  params: {
    design: choice(["lock", "helper"], "lock", ""),
    resv: choice(["own", "vm-root"], "own", ""),
    tasks: int(2, 4, 2, ""),
  },
  variants: [{ resv: "vm-root" }, { tasks: 3 }],
  cell: ({ design, resv }): Cell => ({ ...expecting(), why: `${design} ${resv}` }),
};

function rows(facts: Partial<Scenario>) {
  const scenario = catalogued("ww/abba");
  return rowsOf({ ...scenario, definition: { ...scenario.definition, ...declared, ...facts } });
}

describe("rows of a scenario", () => {
  test("are its designs with each variant, its other parameters at their defaults", () => {
    expect(rows({}).map(({ params, conditions }) => ({ params, conditions }))).toEqual([
      { params: { design: "lock", resv: "vm-root", tasks: 2 }, conditions: { resv: "vm-root" } },
      { params: { design: "helper", resv: "vm-root", tasks: 2 }, conditions: { resv: "vm-root" } },
      { params: { design: "lock", resv: "own", tasks: 3 }, conditions: { tasks: 3 } },
      { params: { design: "helper", resv: "own", tasks: 3 }, conditions: { tasks: 3 } },
    ]);
  });

  test("have the cell of their own parameters", () => {
    expect(rows({}).map(({ expected }) => expected.why)).toEqual([
      "lock vm-root",
      "helper vm-root",
      "lock own",
      "helper own",
    ]);
  });

  test("a variant with a design is of that one", () => {
    const some = rows({ variants: [{ design: "helper", resv: "vm-root" }] });
    expect(some.map(({ design, conditions }) => [design, conditions])).toEqual([
      ["helper", { resv: "vm-root" }],
    ]);
  });

  test("without variants: one a design; without designs: one a variant", () => {
    const { variants: _, ...without } = declared;
    const scenario = catalogued("ww/abba");
    const whole = rowsOf({ ...scenario, definition: { ...scenario.definition, ...without } });
    expect(whole.map(({ given }) => given)).toEqual([{ design: "lock" }, { design: "helper" }]);
    const plain = rows({ params: { tasks: int(2, 4, 2, "") }, variants: [{ tasks: 2 }, { tasks: 4 }] });
    expect(plain.map(({ design, given }) => [design, given])).toEqual([
      ["-", { tasks: "2" }],
      ["-", { tasks: "4" }],
    ]);
  });

  test("a variant that its parameters do not allow is refused", () => {
    expect(() => rows({ variants: [{ resv: "nobody" }] })).toThrow("parameter resv cannot be 'nobody'");
    expect(() => rows({ variants: [{ other: 1 } as never] })).toThrow("no parameter 'other'");
  });

  test.each(["lockdep", "warning", "why"])("a cell without %s is refused", (field) => {
    const cell = (): Cell => ({ ...expecting(), [field]: undefined }) as never;
    expect(() => rows({ cell })).toThrow(`no ${field}`);
  });

  test("a cell that throws is refused", () => {
    const cell = (): Cell => {
      throw new Error("not known");
    };
    expect(() => rows({ cell })).toThrow("its cell() throws: not known");
  });
});

test("a scenario without expectations cannot be judged", async () => {
  await expect(judged(["ww/abba"])).rejects.toThrow("ww/abba cannot be judged");
});
