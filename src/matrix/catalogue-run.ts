import type { ResolvedScenario } from "../catalogue/resolve.ts";
import type { CatalogueCheck, CatalogueRecord } from "../record/catalogue-record.ts";
import type { MatrixExplored } from "../record/matrix-record.ts";
import { checksOf, type PlannedCheck, whyNotExplored } from "./catalogue-plan.ts";
import { judgeRow } from "./judge.ts";
import type { RowExplored, RowOrder } from "./row-order.ts";
import { RowPool } from "./row-pool.ts";

/** What the run of the catalogue is asked to do. */
export interface CatalogueOptions {
  readonly scenarios: readonly ResolvedScenario[];
  /** Seconds that one exploration may take. */
  readonly budget: number;
  /** Explorations at once. */
  readonly jobs: number;
}

type Run = (order: RowOrder) => Promise<RowExplored>;
type Ended = Pick<CatalogueCheck, "outcome" | "why">;

/** Explores everything that scenarios say of themselves, a few at a time. @throws UsageError as the explorer does */
export async function runCatalogue({ scenarios, budget, jobs }: CatalogueOptions): Promise<CatalogueRecord> {
  const started = performance.now();
  const skipped = scenarios.flatMap(({ definition }) => {
    const why = whyNotExplored(definition);
    return why === undefined ? [] : [{ scenario: definition.name, why }];
  });
  const planned = scenarios
    .filter(({ definition }) => whyNotExplored(definition) === undefined)
    .flatMap(checksOf);
  const pool = new RowPool(jobs);
  const run: Run = async (order) => {
    const found = await pool.run(order);
    if (found === undefined) throw new Error("the pool was closed");
    return found;
  };
  try {
    const checks = await Promise.all(planned.map((check) => done(check, budget, run)));
    return { checks, skipped, budget, seconds: (performance.now() - started) / 1000 };
  } finally {
    await pool.close();
  }
}

async function done(check: PlannedCheck, seconds: number, run: Run): Promise<CatalogueCheck> {
  const { named } = check.scenario;
  switch (check.of) {
    case "claim": {
      const { explore } = await run({ named, given: check.given, seconds, whole: false });
      return { title: titleOf(named, check.given), ...claimEnded(check, explore) };
    }
    case "mutant":
      return await tryMutant(check, seconds, run);
    case "cell": {
      const { given } = check.row;
      const row = judgeRow(check.row, await run({ named, given, seconds, whole: true }), null);
      const wrong = row.disagreements.map(
        ({ column, expected, witness }) => `${column} expected ${expected ? "yes" : "no"}, found ${witness}`,
      );
      const outcome = { agrees: "agrees", disagrees: "disagrees", inconclusive: "unexhausted" } as const;
      const why = row.verdict === "inconclusive" ? lookedAt(row.explore) : wrong.join("; ");
      return { title: titleOf(named, given), outcome: outcome[row.verdict], why };
    }
  }
}

function claimEnded(
  { verdict, kinds: wanted }: Extract<PlannedCheck, { of: "claim" }>,
  explore: MatrixExplored,
): Ended {
  const { kinds, exhaustive } = explore;
  if (verdict === "holds") {
    if (kinds.length > 0) return { outcome: "disagrees", why: `expected to hold, found ${kinds.join(", ")}` };
    return { outcome: exhaustive ? "agrees" : "unexhausted", why: exhaustive ? "" : lookedAt(explore) };
  }
  const isFound = wanted.length === 0 ? kinds.length > 0 : isCaught(kinds, wanted);
  if (isFound) return { outcome: "agrees", why: "" };
  return {
    outcome: "disagrees",
    why: `expected ${wanted.join(" or ") || "a violation"}, found ${met(explore)}`,
  };
}

/** Tries one choice of parameters after the other until one shows the fault. */
async function tryMutant(
  { scenario, tries, kinds }: Extract<PlannedCheck, { of: "mutant" }>,
  seconds: number,
  run: Run,
): Promise<CatalogueCheck> {
  const title = titleOf(scenario.named, tries[0] ?? {});
  const seen: string[] = [];
  for (const given of tries) {
    const { explore } = await run({ named: scenario.named, given, seconds, whole: false });
    if (isCaught(explore.kinds, kinds)) return { title, outcome: "agrees", why: "" };
    seen.push(`${given.design === undefined ? "" : `design=${given.design} `}${met(explore)}`);
  }
  return { title, outcome: "disagrees", why: `expected ${kinds.join(" or ")}, found ${seen.join("; ")}` };
}

function isCaught(kinds: readonly string[], wanted: readonly string[]): boolean {
  return kinds.some((kind) => wanted.includes(kind));
}

function met(explore: MatrixExplored): string {
  return explore.kinds.join(", ") || `nothing (${lookedAt(explore)})`;
}

function lookedAt({ executions, exhaustive, overran }: MatrixExplored): string {
  if (overran !== null) return `an execution passed the limit of steps in ${overran}`;
  return `${executions} executions, ${exhaustive ? "every interleaving" : "more are left"}`;
}

function titleOf(named: string, given: Readonly<Record<string, string>>): string {
  return [named, ...Object.entries(given).map(([key, value]) => `${key}=${value}`)].join(" ");
}
