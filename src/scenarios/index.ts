import type { Scenario } from "./define.ts";
import freeVsShrinker from "./shmem/free-vs-shrinker.ts";

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
export const catalogue: readonly CatalogueEntry[] = [entry(freeVsShrinker, "shmem/free-vs-shrinker")];
