import type { Scenario } from "#scenarios/define";
import type { Param, Params } from "#scenarios/params";
import { UsageError } from "../record/usage-error.ts";

/** Resolved parameters, by name, in declaration order. */
export type ResolvedParams = Readonly<Record<string, string | number>>;

/**
 * Resolves `key=value` words against a scenario's parameters.
 * @throws UsageError UNKNOWN_PARAMETER, BAD_PARAMETER
 */
export function resolveParams(
  definition: Pick<Scenario, "name" | "params">,
  given: Readonly<Record<string, string>>,
): ResolvedParams {
  const declared: Params = definition.params;
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(declared, key)) {
      throw new UsageError("UNKNOWN_PARAMETER", {
        scenario: definition.name,
        key,
        allowed: Object.keys(declared),
      });
    }
  }
  return Object.fromEntries(
    Object.entries(declared).map(([key, param]) => [key, parsed(definition.name, key, param, given[key])]),
  );
}

function parsed(scenario: string, key: string, param: Param, given: string | undefined): string | number {
  if (given === undefined) return param.default;
  if (param.type === "choice") {
    if (param.values.includes(given)) return given;
    throw new UsageError("BAD_PARAMETER", {
      scenario,
      key,
      value: given,
      allowed: param.values.join(", "),
      choices: param.values,
    });
  }
  const number = Number(given);
  if (/^-?\d+$/.test(given) && number >= param.min && number <= param.max) return number;
  throw new UsageError("BAD_PARAMETER", {
    scenario,
    key,
    value: given,
    allowed: `a whole number from ${param.min} to ${param.max}`,
  });
}
