import type { Expectation, Scenario } from "#scenarios/define";
import type { ViolationKind } from "#shared/violation";
import type { ResolvedParams } from "./params.ts";

/** What is expected of a scenario with these parameters: what it says itself, else by its mutant, else its verdict. */
export function expectationOf(definition: Scenario, params: ResolvedParams): Expectation {
  const own = definition.expected?.(params as never);
  if (own !== undefined) return own;
  const kinds: readonly ViolationKind[] | undefined = definition.mutants[String(params.mutant)];
  if (kinds !== undefined) return { verdict: "violated", kinds, why: `mutant ${params.mutant}` };
  return { verdict: definition.expect, kinds: [], why: definition.claim };
}
