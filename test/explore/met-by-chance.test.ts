import { describe, expect, test } from "vitest";
import { catalogue } from "#scenarios/index";
import { freeDesigns } from "#shared/drm/designs";
import { expectationOf } from "../../src/catalogue/expectation.ts";
import { resolveParams } from "../../src/catalogue/params.ts";
import { catalogued } from "./catalogued.ts";
import { type Met, met } from "./kinds.ts";

// What chance meets and a search of every trace does not is a hole in what the search takes to depend on what: an
// access that goes past the door, or a step whose footprint is too small.

/** Traces up to which a search is worth its time here. Beyond, there is nothing to compare with. */
const MOST = 12_000;
const DRAWN = 3_000;

/** What every trace has, and what random executions meet; undefined where there are too many traces. */
function compared(name: string, params: Readonly<Record<string, string>>): [Met, Met] | undefined {
  const { definition } = catalogued(name);
  const asked = { definition, params: resolveParams(definition, params), granularity: "lock" } as const;
  const traces = met({ ...asked, executions: MOST });
  if (!traces.exhaustive) return undefined;
  return [traces, met({ ...asked, strategy: "random", executions: DRAWN, seed: 0x5eed })];
}

/** Compares where it can; says how far that goes where it cannot. */
function compare(
  name: string,
  params: Readonly<Record<string, string>>,
  skip: (note: string) => never,
): void {
  const both = compared(name, params);
  if (both === undefined) skip(`more than ${MOST} traces`);
  const [traces, chance] = both;
  expect(chance.executions).toBe(DRAWN);
  expect(traces.kinds).toEqual(expect.arrayContaining([...chance.kinds]));
  const { definition } = catalogued(name);
  const expected = expectationOf(definition, resolveParams(definition, params));
  if (params.mutant === "none") expect(traces.kinds).toEqual(expected.kinds);
}

describe("3,000 random executions meet nothing that a search of every trace does not:", () => {
  const free = catalogued("shmem/free-vs-shrinker").definition;
  for (const design of freeDesigns) {
    for (const mutant of ["none", ...Object.keys(free.mutants)]) {
      test(
        `shmem/free-vs-shrinker ${design}, mutant ${mutant}`,
        ({ skip }) => compare("shmem/free-vs-shrinker", { design, mutant }, skip),
        60_000,
      );
    }
  }

  for (const [name, tasks] of [
    ["ww/abba", undefined],
    ["ww/cycle", "3"],
    ["kref/get-unless-zero", "2"],
    ["kref/get-unless-zero", "3"],
  ] as const) {
    for (const mutant of ["none", ...Object.keys(catalogued(name).definition.mutants)])
      test(
        `${name} ${tasks ?? ""}, mutant ${mutant}`,
        ({ skip }) => compare(name, { mutant, ...(tasks === undefined ? {} : { tasks }) }, skip),
        60_000,
      );
  }
});

describe("1,000 random executions at granularity atomic meet nothing wrong in what holds:", () => {
  for (const { definition } of catalogue) {
    if (
      !definition.modes.includes("batch") ||
      definition.expect !== "holds" ||
      definition.name === "dpor/phil"
    )
      continue;
    test(definition.name, () => {
      const params = resolveParams(definition, {});
      const { kinds } = met({ definition, params, strategy: "random", executions: 1_000, seed: 7 });
      expect(kinds).toEqual([]);
    }, 60_000);
  }
});
