import type { Node, Program } from "oxc-parser";
import { UsageError } from "../record/usage-error.ts";
import { parseModule } from "./parse.ts";
import { positions } from "./position.ts";

/**
 * Shows that an erased text is the same program as its stepped source: the same syntax tree, once `yield*`
 * nodes are replaced by their operand and generator flags are gone. This is what makes erasing safe against
 * hazards no rule names, such as automatic semicolons that change place.
 *
 * @throws UsageError UNERASABLE at the first node that differs.
 */
export function assertSameProgram(stepped: Program, erased: string, source: string, file: string): void {
  const fail = (offset: number): never => {
    const { line, column } = positions(source)(offset);
    throw new UsageError("UNERASABLE", {
      file,
      line,
      column,
      what: "the blocking build would read this differently",
      correct: "it as `yield* f(…)` with `f` a name, on one line, each statement closed by `;`",
    });
  };
  let program: Program;
  try {
    program = parseModule(erased, file);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    // Erasing moves nothing, so the place where the erased text stops making sense is the place to look at.
    const { line, column } = error.facts as { line: number; column: number };
    throw new UsageError("UNERASABLE", {
      file,
      line,
      column,
      what: "the blocking build would not parse from here",
      correct: "`yield* f(…)` with each statement closed by `;`",
    });
  }
  const different = firstDifference(stepped, program, 0);
  if (different !== undefined) fail(different);
}

const positional = new Set(["start", "end", "range", "parent"]);

/** The source offset of the nearest node around the first difference, or nothing when the trees agree. */
function firstDifference(stepped: unknown, erased: unknown, near: number): number | undefined {
  if (typeof stepped !== "object" || stepped === null || typeof erased !== "object" || erased === null) {
    return Object.is(stepped, erased) ? undefined : near;
  }
  if (stepped instanceof RegExp && erased instanceof RegExp) {
    return String(stepped) === String(erased) ? undefined : near;
  }
  const before = operandOf(stepped as Node);
  const here = typeof before.start === "number" ? before.start : near;
  const a = before as unknown as Record<string, unknown>;
  const b = erased as Record<string, unknown>;
  if ("generator" in b && b.generator !== false) return here;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (positional.has(key) || key === "generator") continue;
    const different = firstDifference(a[key], b[key], here);
    if (different !== undefined) return different;
  }
  return undefined;
}

function operandOf(node: Node): Node {
  return node.type === "YieldExpression" && node.delegate && node.argument ? node.argument : node;
}
