import type { Node, Program } from "oxc-parser";
import { parseModule } from "./parse.ts";
import { assertSameProgram } from "./same-program.ts";
import { nextToken } from "./trivia.ts";
import { walk } from "./walk.ts";

/**
 * Makes the blocking form of a module whose types are already stripped: the star of every generator
 * function and every `yield*` become blanks, character for character, so lines and columns stay.
 *
 * This only erases; `check` says beforehand, in the author's words, whether erasing is faithful. As a last
 * line of defence the result is parsed and compared with the original tree.
 *
 * `stepped` is the tree of `source`, for a caller who has it already.
 *
 * @throws UsageError BAD_SCENARIO_FILE when `source` is no valid module; UsageError UNERASABLE when the
 * erased text would not be the same program (a bare `yield`, an automatic semicolon that moved, …).
 */
export function erase(source: string, file: string, stepped: Program = parseModule(source, file)): string {
  const spans = erasedSpans(stepped, source);
  // An asynchronous generator has a star that is never erased: the comparison below finds it.
  if (spans.length === 0 && !/\basync\b/.test(source)) return source;
  let erased = "";
  let kept = 0;
  for (const [start, end] of spans) {
    erased += source.slice(kept, start) + " ".repeat(end - start);
    kept = end;
  }
  erased += source.slice(kept);
  assertSameProgram(stepped, erased, source, file);
  return erased;
}

/** The `[start, end)` spans of UTF-16 offsets that erasing blanks, in source order. */
export function erasedSpans(program: Program, source: string): (readonly [number, number])[] {
  const spans: (readonly [number, number])[] = [];
  walk(program, (node, ancestors) => {
    const star = starOf(node, ancestors.at(-1), source);
    if (star === undefined) return;
    if (node.type === "YieldExpression") spans.push([node.start, node.start + "yield".length]);
    spans.push([star, star + 1]);
  });
  return spans.sort(([a], [b]) => a - b);
}

function starOf(node: Node, parent: Node | undefined, source: string): number | undefined {
  if (node.type === "YieldExpression" && node.delegate) return nextToken(source, node.start + "yield".length);
  const generator =
    (node.type === "FunctionExpression" || node.type === "FunctionDeclaration") &&
    node.generator &&
    !node.async;
  if (!generator || parent === undefined) return undefined;
  const method = parent.type === "MethodDefinition" || (parent.type === "Property" && parent.method);
  if (!method) return nextToken(source, node.start + "function".length);
  const first = nextToken(source, parent.start);
  return source.charAt(first) === "*" ? first : nextToken(source, first + "static".length);
}
