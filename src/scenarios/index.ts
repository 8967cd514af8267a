import type { Scenario } from "./define.ts";
import getUnlessZero from "./kref/get-unless-zero.ts";
import churn from "./shmem/churn.ts";
import freeVsReclaim from "./shmem/free-vs-reclaim.ts";
import freeVsShrinker from "./shmem/free-vs-shrinker.ts";
import submitVsShrinker from "./shmem/submit-vs-shrinker.ts";
import abba from "./ww/abba.ts";
import cycle from "./ww/cycle.ts";

/** A catalogue scenario and the specifier that workers import it by. */
export interface CatalogueEntry {
  readonly definition: Scenario;
  readonly module: string;
}

// Each scenario knows the types of its own parameters; the catalogue treats them all alike.
function entry(definition: unknown, module: string): CatalogueEntry {
  return { definition: definition as Scenario, module: `#scenarios/${module}` };
}

/** Every scenario, in the order `refzero list` shows them. */
export const catalogue: readonly CatalogueEntry[] = [
  entry(freeVsShrinker, "shmem/free-vs-shrinker"),
  entry(freeVsReclaim, "shmem/free-vs-reclaim"),
  entry(submitVsShrinker, "shmem/submit-vs-shrinker"),
  entry(churn, "shmem/churn"),
  entry(abba, "ww/abba"),
  entry(cycle, "ww/cycle"),
  entry(getUnlessZero, "kref/get-unless-zero"),
];
