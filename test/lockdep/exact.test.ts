import fc from "fast-check";
import { expect, test } from "vitest";
import { deadlocks, exactly, programs } from "./programs.ts";

test("what exact mode says cannot happen happens in no interleaving", () => {
  const said = new Map<string, number>();
  fc.assert(
    fc.property(programs, (program) => {
      const { says, reports } = exactly(program);
      const truth = deadlocks(program) ? "deadlock" : "none";
      for (const { verdict } of says === "cannot" ? reports : []) {
        const key = verdict ?? "";
        said.set(key, (said.get(key) ?? 0) + 1);
      }
      said.set(`${says} ${truth}`, (said.get(`${says} ${truth}`) ?? 0) + 1);
      if (says !== "can")
        expect(truth, JSON.stringify(reports.map(({ verdict, reason }) => [verdict, reason]))).toBe("none");
    }),
    { numRuns: 20_000 },
  );
  for (const verdict of ["cannot-contend", "gated", "distinct-instances"])
    expect(said.get(verdict), verdict).toBeGreaterThan(10);
  expect(said.get("can deadlock")).toBeGreaterThan(100);
}, 300_000);
