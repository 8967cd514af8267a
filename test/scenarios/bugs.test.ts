import { describe, expect, test } from "vitest";
import { catalogue } from "#scenarios/index";
import { resolveParams } from "../../src/catalogue/params.ts";
import { refzero } from "../cli/cli.ts";
import { exploredAs, judged } from "./judged.ts";

const about = /^bug\//;
const bugs = catalogue
  .map(({ definition }) => definition)
  .filter(({ name }) => about.test(name))
  .flatMap((definition) =>
    (definition.variants ?? []).map((variant) => ({
      definition,
      name: definition.name,
      fixed: String((variant as Readonly<Record<string, unknown>>).fixed),
    })),
  );

test("each is there in its old form and in the repaired one", () => {
  expect(bugs.map(({ fixed }) => fixed).sort()).toEqual([
    ...Array(19).fill("false"),
    ...Array(19).fill("true"),
  ]);
});

describe.each(bugs)("$name fixed=$fixed", ({ definition, name, fixed }) => {
  test("is what was expected", async () => {
    const found = await exploredAs(name, { fixed });
    const expected = definition.expected?.(resolveParams(definition, { fixed }) as never);
    const [first] = found.witnesses;
    if (fixed === "true") expect(found.exhaustive).toBe(true);
    expect(first === undefined ? "holds" : "violated").toBe(expected?.verdict);
    if (first !== undefined) expect(expected?.kinds).toContain(first.finding.kind);
  });
});

test("b2: what the old free does in reclaim lockdep reports, and nobody can meet it there", async () => {
  const old = await judged("bug/b2-msm-spurious-report", { fixed: "false" });
  expect({ kinds: old.kinds, contention: old.contention, deadlock: old.deadlock }).toEqual({
    kinds: ["invariant"],
    contention: false,
    deadlock: false,
  });
  expect(old.reports).toContain("circular:cannot-contend");
  expect((await judged("bug/b2-msm-spurious-report", { fixed: "true" })).reports).toEqual([]);
});

test("b1: the free looks for the lock in a list that is gone, or misses its list while the walker moves it", async () => {
  const { stdout } = await refzero(["explore", "bug/b1-lru-lock-race", "--keep-going", "--json"]);
  const { violations } = JSON.parse(stdout) as {
    violations: readonly { kind: string; object: string }[];
  };
  const met = violations.map(({ kind, object }) => `${kind} ${object}`);
  expect(met).toContain("use-after-free lock of lru#1");
  expect(met).toContain("use-after-free base.node.lru of shmem#1");
});
