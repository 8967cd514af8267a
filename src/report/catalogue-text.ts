import type { CatalogueCheck, CatalogueRecord } from "../record/catalogue-record.ts";
import { counted, grouped } from "./numbers.ts";

/** A line for each thing that is not as expected, what was left out, and how many agree. */
export function catalogueText({ checks, skipped, budget, seconds }: CatalogueRecord): string {
  const of = (outcome: CatalogueCheck["outcome"]): readonly CatalogueCheck[] =>
    checks.filter((check) => check.outcome === outcome);
  const [wrong, open] = [of("disagrees"), of("unexhausted")];
  const agree = of("agrees").length;
  return [
    ...wrong.map(({ title, why }) => `disagrees: ${title}: ${why}`),
    ...open.map(({ title, why }) => `not exhausted in ${budget} s: ${title}: ${why}`),
    ...skipped.map(({ scenario, why }) => `skipped: ${scenario}: ${why}`),
    `${[
      `catalogue: ${counted(agree, "run")} ${agree === 1 ? "agrees" : "agree"}`,
      `${grouped(wrong.length)} ${wrong.length === 1 ? "disagrees" : "disagree"}`,
      ...(open.length === 0 ? [] : [`${grouped(open.length)} not exhausted`]),
    ].join(", ")} - ${seconds.toFixed(0)} s`,
    "",
  ].join("\n");
}
