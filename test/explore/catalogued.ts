import { catalogue } from "#scenarios/index";
import type { ResolvedScenario } from "../../src/catalogue/resolve.ts";

/** A catalogue scenario as an engine takes it. */
export function catalogued(name: string): ResolvedScenario {
  const found = catalogue.find(({ definition }) => definition.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return {
    ...found,
    named: name,
    file: undefined,
    sources: new Map(),
    locate: ({ message }) => ({ file: name, message }),
    cleanup: () => {},
  };
}
