import { describe, expect, test } from "vitest";
import { catalogue } from "#scenarios/index";
import type { Param } from "#scenarios/params";
import { resolveParams } from "../../src/catalogue/params.ts";
import { checkRunRecord } from "../../src/record/run-record-schema.ts";
import { race, told } from "../workers/races.ts";

/** The parameters that are ways to write the same thing: a claim has to hold in all of them. */
const ways = ["design", "algorithm"];

function combinations(params: Readonly<Record<string, Param>>): Record<string, string>[] {
  let found: Record<string, string>[] = [{}];
  for (const key of ways) {
    const param = params[key];
    if (param?.type !== "choice") continue;
    found = found.flatMap((one) => param.values.map((value) => ({ ...one, [key]: value })));
  }
  return found;
}

const held = catalogue
  .map(({ definition }) => definition)
  .filter((definition) => definition.expect === "holds");

describe.each(held)("$name", (definition) => {
  const { name, params, modes, claim } = definition;
  // A claim that holds by default need not hold in every design: the scenario says so.
  const all = combinations(params).filter(
    (param) => definition.expected?.(resolveParams(definition, param) as never).verdict !== "violated",
  );
  test.each(all)("holds with %o", async (param) => {
    const record = await race(name, { param, seconds: all.length > 1 ? 0.4 : 0.15 });
    expect(record.verdict, told(record)).toBe("holds");
    expect(record).toMatchObject({
      scenario: name,
      claim,
      mode: modes[0],
      violationCount: 0,
      contendedFrees: 0,
    });
    expect(record.worlds).toBeGreaterThan(0);
    expect(record.params).toMatchObject(param);
    expect(record.tasks.map(({ name: task }) => task)).toHaveLength(
      new Set(record.tasks.map((task) => task.name)).size,
    );
    expect(checkRunRecord(record)).toEqual(record);
    for (const total of ["ops", "frees", "contendedFrees", "overlap", "backoffs", "reclaims"] as const) {
      const sum = record.tasks.reduce((before, task) => before + task[total], 0);
      expect(record[total], total).toBe(sum);
    }
  });
});
