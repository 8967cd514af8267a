import type { Scenario } from "#scenarios/define";
import type { ViolationKind } from "#shared/violation";
import { expectationOf } from "../catalogue/expectation.ts";
import { resolveParams } from "../catalogue/params.ts";
import { callScenario } from "../catalogue/refuse.ts";
import type { ResolvedScenario } from "../catalogue/resolve.ts";
import { type PlannedRow, rowsOf } from "./plan.ts";

type Given = Readonly<Record<string, string>>;

/** A comparison before anything ran. */
export type PlannedCheck = { readonly scenario: ResolvedScenario } & (
  | {
      /** One choice of parameters, and the verdict expected. */
      readonly of: "claim";
      readonly given: Given;
      readonly verdict: "holds" | "violated";
      /** Kinds of which one is reported; empty: any. */
      readonly kinds: readonly ViolationKind[];
    }
  | {
      /** A deliberate fault, which at least one of the choices has to show. */
      readonly of: "mutant";
      readonly tries: readonly Given[];
      readonly kinds: readonly ViolationKind[];
    }
  | { readonly of: "cell"; readonly row: PlannedRow }
);

/** Why no exploration could judge a scenario; undefined if one can. */
export function whyNotExplored({ modes, expect, foundBy }: Scenario): string | undefined {
  if (!modes.includes("batch")) return "its world has no end";
  const isBlind = expect === "violated" && foundBy !== undefined && !foundBy.includes("explore");
  return isBlind ? "what it expects only a race finds" : undefined;
}

/** Everything that a scenario says of itself: its claim, its mutants, and each of its variants. */
export function checksOf(scenario: ResolvedScenario): PlannedCheck[] {
  return [claimOf(scenario, {}), ...mutantsOf(scenario), ...variantsOf(scenario)];
}

function claimOf(scenario: ResolvedScenario, given: Given): PlannedCheck {
  const { definition } = scenario;
  const params = resolveParams(definition, given);
  const { verdict, kinds } = callScenario(scenario, "expected", () => expectationOf(definition, params));
  return { scenario, of: "claim", given, verdict, kinds };
}

function mutantsOf(scenario: ResolvedScenario): PlannedCheck[] {
  const { mutants, params } = scenario.definition;
  const design = params.design?.type === "choice" ? params.design : undefined;
  const others = (design?.values ?? []).filter((value) => value !== design?.default);
  return Object.entries(mutants).map(([mutant, kinds]) => {
    // Not every design can show every fault.
    const tries = [{ mutant }, ...others.map((value) => ({ mutant, design: value }))];
    return { scenario, of: "mutant", tries, kinds };
  });
}

function variantsOf(scenario: ResolvedScenario): PlannedCheck[] {
  const { variants = [], cell } = scenario.definition;
  if (variants.length === 0) return [];
  if (cell !== undefined) return rowsOf(scenario).map((row) => ({ scenario, of: "cell", row }));
  return variants.map((variant) =>
    claimOf(
      scenario,
      Object.fromEntries(Object.entries(variant).map(([key, value]) => [key, String(value)])),
    ),
  );
}
