import { describe, expect, test } from "vitest";
import type { Scenario } from "#scenarios/define";
import { catalogue } from "#scenarios/index";
import { resolveParams } from "../../src/catalogue/params.ts";
import type { ExploreRecord } from "../../src/record/explore-record.ts";
import type { ReplayRecord } from "../../src/record/replay-record.ts";
import { refzero } from "../cli/cli.ts";
import { type Choice, choicesOf, judged } from "./judged.ts";

// The neighbours that are about a walker, a free and who holds what: each cell was written down before anything ran.

const about = /^neighbour\/n(1|2|3|4|5|6|9|10|11|12|14|18)-/;
const neighbours = catalogue
  .map(({ definition }) => definition)
  .filter(({ name }) => about.test(name))
  .map((definition) => ({ name: definition.name, definition }));

/** Every design and variant, and every free callback where that is a parameter. */
function all(definition: Scenario): Choice[] {
  const { callback } = definition.params;
  const choices = choicesOf(definition);
  if (callback?.type !== "choice") return choices;
  const crossed = choices.flatMap((choice) =>
    callback.values.map((value) => ({ ...choice, callback: value })),
  );
  return [...new Map(crossed.map((choice) => [JSON.stringify(choice), choice])).values()];
}

describe.each(neighbours)("$name", ({ name, definition }) => {
  test("is what was expected in every design and variant, in every interleaving", {
    timeout: 60_000,
  }, async () => {
    const wrong: unknown[] = [];
    for (const choice of all(definition)) {
      const { why: _why, ...expected } = definition.cell?.(resolveParams(definition, choice) as never) ?? {
        why: "",
      };
      const {
        kinds,
        reports,
        executions: _executions,
        seconds: _seconds,
        ...found
      } = await judged(name, choice);
      const wanted = { ...expected, exhaustive: true };
      if (JSON.stringify(Object.entries(found).sort()) !== JSON.stringify(Object.entries(wanted).sort()))
        wrong.push({ choice, wanted, found, kinds, reports });
    }
    expect(wrong).toEqual([]);
  });
});

async function explored(...args: string[]): Promise<ExploreRecord> {
  const { stdout } = await refzero(["explore", ...args, "--json"]);
  return JSON.parse(stdout) as ExploreRecord;
}

const said = ({ verdict, exhaustive, tasks, violations }: ExploreRecord) => ({
  verdict,
  exhaustive,
  tasks: tasks.length,
  first: violations[0]?.kind,
});

describe("the command line says of", () => {
  test("n6 with the VM's lock: a deadlock of two tasks; with its own: nothing", async () => {
    const shared = await explored("neighbour/n6-shared-resv", "-p", "design=lock");
    expect(said(shared)).toEqual({ verdict: "violated", exhaustive: false, tasks: 2, first: "deadlock" });
    const own = await explored("neighbour/n6-shared-resv", "-p", "design=lock", "-p", "resv=own");
    expect(said(own)).toEqual({ verdict: "holds", exhaustive: true, tasks: 2, first: undefined });
  });

  test("n4: a deadlock in lock, a use after free in helper", async () => {
    expect(said(await explored("neighbour/n4-put-under-own-lock")).first).toBe("deadlock");
    const helper = await explored("neighbour/n4-put-under-own-lock", "-p", "design=helper");
    expect(said(helper).first).toBe("use-after-free");
  });

  test("n11: a double free that no assertion names in kref-assert, and the assertion first in helper", async () => {
    expect(said(await explored("neighbour/n11-masked-race", "-p", "design=kref-assert")).first).toBe(
      "double-free",
    );
    expect(said(await explored("neighbour/n11-masked-race", "-p", "design=helper")).first).toBe(
      "resv-not-held",
    );
    const { kinds } = await judged("neighbour/n11-masked-race", { design: "kref-assert" });
    expect(kinds).toContain("double-free");
    expect(kinds).not.toContain("resv-not-held");
  });

  test("n1: lockdep's report in lock and, for a driver that unpins first, in helper; each cannot happen", async () => {
    for (const choice of [{ design: "lock" }, { design: "helper", callback: "unpin-first" }]) {
      const { kinds, reports } = await judged("neighbour/n1-spurious-report", choice);
      expect({ kinds, reports }).toEqual({ kinds: [], reports: ["circular:cannot-contend"] });
    }
  });
});

test("lockdep is not silent where an object goes with its lock held: the witness ends in the unlock of freed memory", async () => {
  const file = new URL("../conformance/neighbours/n4-put-under-own-lock.schedule.json", import.meta.url);
  const { stdout, stderr } = await refzero(["replay", file.pathname, "--json"]);
  expect(stderr).toBe("");
  const { verdict, violations } = JSON.parse(stdout) as ReplayRecord & {
    violations?: readonly { kind: string }[];
  };
  expect({ verdict, kinds: JSON.stringify(violations ?? stdout).includes("use-after-free") }).toEqual({
    verdict: "violated",
    kinds: true,
  });
  const { reports } = await judged("neighbour/n4-put-under-own-lock", { design: "helper" });
  expect(reports.map((report) => report.split(":")[0])).toEqual(["freed-held"]);
});
