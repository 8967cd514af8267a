import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Scenario } from "#scenarios/define";
import { catalogue } from "#scenarios/index";
import { resolveParams } from "../../src/catalogue/params.ts";
import { type Exploration, explore } from "../../src/explore/explore.ts";
import { refzero } from "../cli/cli.ts";
import { catalogued } from "../explore/catalogued.ts";

/** What a case says of its race: `expect.json` of the report. */
interface ReportedRace {
  readonly tasks: number;
  readonly verdict: "violated";
  readonly violation: readonly string[];
  readonly fixed: "holds";
  readonly preemptions: number;
}

const reports = catalogue
  .map(({ definition }) => definition)
  .filter(({ name }) => name.startsWith("report/"));

function raceOf({ name }: Scenario): ReportedRace {
  const file = new URL(`../conformance/reports/${name.slice("report/".length)}/expect.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { race: ReportedRace }).race;
}

async function explored(
  { name }: Scenario,
  param: Readonly<Record<string, string>>,
  granularity: "atomic" | "lock" = "lock",
): Promise<Exploration> {
  const scenario = catalogued(name);
  return await explore({
    scenario,
    params: resolveParams(scenario.definition, param),
    strategy: "dpor",
    granularity,
    bound: 0,
    depth: 3,
    seed: 1,
    executions: 1e6,
    seconds: 60,
    steps: 10_000,
    shrink: 20_000,
    keepGoing: false,
  });
}

const kindsOf = ({ witnesses }: Exploration): string[] => witnesses.map(({ finding }) => finding.kind);

test("there is a pair of each reported race that has one of tasks", () => {
  expect(reports.map(({ name }) => name)).toEqual([
    "report/34-panthor-vm-put-before-free",
    "report/36-vc4-usecnt-compare-state",
    "report/38-gem-handle-visible-before-open",
    "report/40-sync-rpc-late-notify",
    "report/42-emscripten-stale-waitasync-waiter",
    "report/44-store-without-notify",
  ]);
});

describe.each(reports)("$name", (definition) => {
  const race = raceOf(definition);

  test("as reported is violated as the case says", async () => {
    const found = await explored(definition, {});
    const [witness] = found.witnesses;
    expect(found.machine.tasks).toBe(race.tasks);
    expect(race.violation).toContain(witness?.finding.kind);
    expect(witness?.fewest).toBe(true);
    expect(witness?.preemptions).toBeLessThanOrEqual(race.preemptions);
  });

  test("fixed holds in every interleaving", async () => {
    const found = await explored(definition, { fixed: "true" });
    expect({ kinds: kindsOf(found), exhaustive: found.exhaustive }).toEqual({ kinds: [], exhaustive: true });
  });

  test.each(definition.variants ?? [])("ends as expected with %o", async (variant) => {
    const param = variant as Readonly<Record<string, string>>;
    const expected = definition.expected?.(resolveParams(definition, param) as never);
    const found = await explored(definition, param);
    expect(kindsOf(found).length === 0 ? "holds" : "violated").toBe(expected?.verdict);
    if (expected?.verdict === "violated") expect(expected.kinds).toContain(kindsOf(found)[0]);
    else expect(found.exhaustive).toBe(true);
  });

  const mutants = Object.entries(definition.mutants);
  for (const [mutant, kinds] of mutants) {
    test(`mutant ${mutant} of the fixed code is caught`, async () => {
      const [kind] = kindsOf(await explored(definition, { fixed: "true", mutant }));
      expect(kinds).toContain(kind);
    });
  }
});

describe("at granularity atomic", () => {
  const small = reports.filter(({ name }) => /\/(?:34|38|44)-/.test(name));
  test.each(small)("$name fixed holds, and is violated as reported", async (definition) => {
    const fixed = await explored(definition, { fixed: "true" }, "atomic");
    expect({ kinds: kindsOf(fixed), exhaustive: fixed.exhaustive }).toEqual({ kinds: [], exhaustive: true });
    const [kind] = kindsOf(await explored(definition, {}, "atomic"));
    expect(raceOf(definition).violation).toContain(kind);
  });
});

describe("a waiter left on freed memory", () => {
  const stale = reports.find(({ name }) => name.includes("/42-")) as Scenario;

  test("is hidden by the quarantine, and met where memory is used again", async () => {
    const hidden = await explored(stale, { quarantine: "on" });
    expect({ kinds: kindsOf(hidden), exhaustive: hidden.exhaustive }).toEqual({
      kinds: [],
      exhaustive: true,
    });
    expect(kindsOf(await explored(stale, { quarantine: "off" }))).toEqual(["lost-wakeup"]);
  });
});

describe("on the command line", () => {
  interface Told {
    readonly verdict: string;
    readonly violations: readonly { readonly kind: string; readonly waits: readonly object[] }[];
  }

  test("a store without a notify is a lost wake-up with both values, and the store a data race", async () => {
    const { status, stdout } = await refzero(["explore", "report/44-store-without-notify", "--json"]);
    const told = JSON.parse(stdout) as Told;
    expect(status).toBe(1);
    expect(told.violations.map(({ kind }) => kind)).toEqual(["lost-wakeup", "data-race"]);
    expect(told.violations[0]?.waits).toEqual([
      { task: "main", waitsFor: "cell#1", heldBy: null, expected: 0, now: 1 },
    ]);
    const text = await refzero(["explore", "report/44-store-without-notify"]);
    expect(text.stdout).toContain("main waits on cell#1, expected 0, value is now 1, nobody will notify");
  });

  test("the fix holds", async () => {
    const { status, stdout } = await refzero([
      "explore",
      "report/44-store-without-notify",
      "-p",
      "fixed=true",
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^holds for 2 tasks, every interleaving/m);
  });
});
