import type { Cell, Scenario } from "#scenarios/define";
import { catalogue } from "#scenarios/index";
import { type ResolvedParams, resolveParams } from "../catalogue/params.ts";
import { callScenario, refuseAnswer } from "../catalogue/refuse.ts";
import { type ResolvedScenario, resolveScenario } from "../catalogue/resolve.ts";
import { matrixColumns } from "../record/matrix-record.ts";
import { UsageError } from "../record/usage-error.ts";

/** A row of the judgement before anything ran. */
export interface PlannedRow {
  readonly scenario: ResolvedScenario;
  /** `-` for a scenario without designs. */
  readonly design: string;
  readonly conditions: Readonly<Record<string, string | number>>;
  /** Design and conditions, as on a command line. */
  readonly given: Readonly<Record<string, string>>;
  readonly params: ResolvedParams;
  readonly expected: Cell;
}

/** The scenarios that the judgement is about: those named, or every one of the catalogue that has expectations. */
export async function judged(named: readonly string[]): Promise<ResolvedScenario[]> {
  const names =
    named.length > 0 ? named : catalogue.filter(isJudged).map(({ definition }) => definition.name);
  if (names.length === 0)
    throw new UsageError("UNSUPPORTED", {
      what: "there is nothing to judge: no scenario of the catalogue has a cell()",
      allowed: "files whose scenarios have one",
    });
  const scenarios: ResolvedScenario[] = [];
  try {
    for (const name of names) scenarios.push(await oneJudged(name));
    return scenarios;
  } catch (error) {
    for (const { cleanup } of scenarios) cleanup();
    throw error;
  }
}

async function oneJudged(name: string): Promise<ResolvedScenario> {
  const scenario = await resolveScenario(name);
  if (isJudged(scenario)) return scenario;
  scenario.cleanup();
  const allowed = catalogue.filter(isJudged).map(({ definition }) => definition.name);
  throw new UsageError("UNSUPPORTED", {
    what: `${scenario.definition.name} cannot be judged: it has no cell(), or no mode batch`,
    allowed: [...allowed, "a file whose scenario has a cell()"].join(", "),
  });
}

function isJudged({ definition }: { readonly definition: Scenario }): boolean {
  return definition.cell !== undefined && definition.modes.includes("batch");
}

/** The rows of a scenario: each design with each variant. A variant that has a design of its own is of that one only. */
export function rowsOf(scenario: ResolvedScenario): PlannedRow[] {
  return choicesOf(scenario.definition).map(({ design, conditions }) => {
    const all = design === "-" ? conditions : { design, ...conditions };
    const given = Object.fromEntries(Object.entries(all).map(([key, value]) => [key, String(value)]));
    const params = resolveParams(scenario.definition, given);
    return { scenario, design, conditions, given, params, expected: cellOf(scenario, params) };
  });
}

/** What a scenario expects of a row. A column that is not said would disagree with whatever is found. */
function cellOf(scenario: ResolvedScenario, params: ResolvedParams): Cell {
  const { cell } = scenario.definition;
  const said: Partial<Cell> = callScenario(scenario, "cell", () => cell?.(params as never)) ?? {};
  const missing = matrixColumns.find((column) => typeof said[column] !== "boolean");
  if (missing !== undefined)
    refuseAnswer(scenario, "cell", `no ${missing}`, `${matrixColumns.join(", ")} as booleans`);
  if (typeof said.why !== "string") refuseAnswer(scenario, "cell", "no why", "a sentence");
  return said as Cell;
}

/** One design under one set of conditions. */
export interface Choice {
  readonly design: string;
  readonly conditions: Readonly<Record<string, string | number>>;
}

/** Each design of a scenario with each of its variants, the variants first. */
export function choicesOf({ params, variants = [{}] }: Scenario): Choice[] {
  const declared = params.design;
  const designs = declared?.type === "choice" ? declared.values : ["-"];
  return variants.flatMap((variant) => {
    const { design: own, ...conditions } = variant as Readonly<Record<string, string | number>>;
    return (own === undefined ? designs : [String(own)]).map((design) => ({ design, conditions }));
  });
}
