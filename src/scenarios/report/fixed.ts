import { type ChoiceParam, choice } from "../params.ts";

/** Whether a reported race is shown as it was reported, or with its fix. */
export type Fixed = ChoiceParam<"false" | "true">;

/** The parameter of every scenario that comes from a report. */
export const fixedParam: Fixed = choice(["false", "true"], "false", "the code after the fix");

/** True where the fixed code runs: a mutant is a fault in that, whatever `fixed` says. */
export function isFixed(params: { readonly fixed: string; readonly mutant?: string }): boolean {
  return params.fixed === "true" || (params.mutant ?? "none") !== "none";
}
