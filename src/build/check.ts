import { UsageError } from "../record/usage-error.ts";
import { Evaluator } from "./analysis/evaluate.ts";
import { followArguments } from "./analysis/flow.ts";
import { Graph } from "./analysis/graph.ts";
import type { ModuleFacts } from "./analysis/module.ts";
import type { Resolver } from "./analysis/resolver.ts";
import { isGenerator } from "./analysis/returns.ts";
import { positions } from "./position.ts";
import { callsAreYielded } from "./rules/calls.ts";
import { noSteppedThen, parametersAgree, steppedNamesStay } from "./rules/names.ts";
import { operandsAreCalls } from "./rules/operands.ts";
import { semicolonsAlways } from "./rules/semicolons.ts";
import {
  noAsyncGenerators,
  noBareYield,
  noCodeFromText,
  noDynamicImport,
  noSteppedIterators,
} from "./rules/syntax.ts";
import { valuesStayVisible } from "./rules/values.ts";
import type { Rule, Violation } from "./rules/violation.ts";
import { walk } from "./walk.ts";

export type { Resolver } from "./analysis/resolver.ts";
export { installedResolver, sourceResolver } from "./analysis/resolver.ts";
export type { Violation } from "./rules/violation.ts";

const everywhere: readonly Rule[] = [
  callsAreYielded,
  valuesStayVisible,
  steppedNamesStay,
  parametersAgree,
  noSteppedThen,
];
const whereStepped: readonly Rule[] = [
  operandsAreCalls,
  noBareYield,
  noAsyncGenerators,
  noCodeFromText,
  noDynamicImport,
  noSteppedIterators,
  semicolonsAlways,
];

/** What a check of many files found: places that do not erase, and files that are no modules at all. */
interface Findings {
  readonly violations: readonly Violation[];
  readonly errors: readonly UsageError[];
}

/**
 * Finds every place in `files` (absolute paths) where erasing the stars would change what the program does,
 * in source order within each file. Files the resolver calls `outside` pass if they have no generators.
 * Throws nothing for bad input: a missing file or a syntax error is one of the `errors`.
 */
export function inspect(files: readonly string[], resolver: Resolver): Findings {
  const graph = new Graph(resolver);
  const errors: UsageError[] = [];
  const modules = files.flatMap((file) => {
    try {
      return [graph.module(file)];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      errors.push(error);
      return [];
    }
  });
  const evaluator = new Evaluator(graph);
  followArguments(
    modules.filter(({ role }) => role !== "outside"),
    evaluator,
  );
  return { violations: modules.flatMap((module) => checkModule(module, evaluator)), errors };
}

/**
 * The violations of `inspect`, for files that are there and parse.
 *
 * @throws UsageError NO_SUCH_FILE; UsageError BAD_SCENARIO_FILE for a file that is no valid module.
 */
export function check(files: readonly string[], resolver: Resolver): readonly Violation[] {
  const { violations, errors } = inspect(files, resolver);
  const [error] = errors;
  if (error) throw error;
  return violations;
}

/**
 * The same for one caller who only needs to know that all is well.
 *
 * @throws UsageError UNERASABLE for the first violation; otherwise as `check`.
 */
export function assertErasable(files: readonly string[], resolver: Resolver): void {
  const [first] = check(files, resolver);
  if (first) throw new UsageError("UNERASABLE", { ...first });
}

function checkModule(module: ModuleFacts, evaluator: Evaluator): Violation[] {
  const found = new Map<number, Violation>();
  const at = positions(module.source);
  const report = (offset: number, what: string, correct: string): void => {
    // One report a place: the rules are tried in the order of what helps most.
    if (!found.has(offset)) found.set(offset, { file: module.file, ...at(offset), what, correct });
  };
  let stepped = false;
  walk(module.program, (node) => {
    stepped ||= isGenerator(node);
  });
  if (module.role === "outside") {
    if (stepped) report(0, "generators in a file that is never erased", "plain functions");
    return [...found.values()];
  }
  const rules = stepped ? [...everywhere, ...whereStepped] : everywhere;
  walk(module.program, (node) => {
    for (const rule of rules) rule(node, { module, evaluator, report });
  });
  return [...found].sort(([a], [b]) => a - b).map(([, violation]) => violation);
}
