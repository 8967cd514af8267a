import type { Cell, Scenario } from "#scenarios/define";
import { traceOf, usesReservations } from "../../src/catalogue/lock-trace.ts";
import { resolveParams } from "../../src/catalogue/params.ts";
import type { ResolvedScenario } from "../../src/catalogue/resolve.ts";
import { type Exploration, type ExploreOptions, explore } from "../../src/explore/explore.ts";
import { Validator } from "../../src/lockdep/validator.ts";
import { classOfViolation, type ViolationClass } from "../../src/record/violation-kinds.ts";
import { catalogued } from "../explore/catalogued.ts";

/** What exploration and lockdep say of one choice of parameters. */
export interface Judged extends Omit<Cell, "why"> {
  readonly exhaustive: boolean;
  readonly executions: number;
  readonly seconds: number;
  readonly kinds: readonly string[];
  readonly reports: readonly string[];
}

export type Choice = Readonly<Record<string, string>>;

/** Explores a scenario as the command line does. */
export async function exploredAs(
  name: string,
  param: Choice,
  options: Partial<ExploreOptions> = {},
): Promise<Exploration> {
  const found: ResolvedScenario = catalogued(name);
  return explore({
    scenario: found,
    params: resolveParams(found.definition, param),
    strategy: "dpor",
    granularity: "lock",
    bound: 2,
    depth: 3,
    seed: 1,
    executions: 1e6,
    seconds: 60,
    steps: 10_000,
    shrink: 0,
    keepGoing: false,
    ...options,
  });
}

/** Goes through every interleaving and past what is wrong with it. */
export async function judged(name: string, param: Choice): Promise<Judged> {
  const found = await exploredAs(name, param, { keepGoing: true });
  const chains = found.chains.chains;
  const validator = new Validator("exact", usesReservations(chains) ? ["reservation"] : []);
  for (const event of traceOf(chains)) validator.event(event);
  validator.finish();
  const kinds = [...found.kinds];
  const classes = new Set<ViolationClass>(kinds.map(classOfViolation));
  return {
    lockdep: validator.reports().length > 0,
    deadlock: classes.has("deadlock"),
    contention: classes.has("contention"),
    memory: classes.has("memory"),
    warning: classes.has("warning"),
    exhaustive: found.exhaustive,
    executions: found.executions,
    seconds: found.seconds,
    kinds: kinds.sort(),
    reports: validator.reports().map(({ kind, verdict }) => `${kind}:${verdict}`),
  };
}

/** Every choice of design and variant, resolved. */
export function choicesOf(definition: Scenario): Choice[] {
  const { design } = definition.params;
  const designs = design?.type === "choice" ? design.values : [];
  return (definition.variants ?? [{}]).flatMap((variant) =>
    designs.map((one) => ({ ...(variant as Choice), design: one })),
  );
}
