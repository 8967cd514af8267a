import type { Node } from "oxc-parser";
import { argumentProblem } from "./arguments.ts";
import { type Problem, quote, type RuleContext, type Subject } from "./violation.ts";

/** Methods that the language calls by itself; it would get a generator in one build and a result in the other. */
const implicit = new Set(["then", "toString", "valueOf", "toJSON"]);

const literals = new Set<Node["type"]>(["Property", "ObjectExpression", "ArrayExpression", "SpreadElement"]);

/**
 * What is wrong with a stepped function as a member of an object, class or list. Members are fine as such,
 * since calls are recognised by the member's name; what counts is who else gets the whole literal.
 */
export function literalProblem(
  holder: Node,
  node: Node,
  subject: Subject,
  context: RuleContext,
): Problem | undefined {
  const { module } = context;
  if ("key" in holder) {
    const key = quote(module, holder.key.start, holder.key.end);
    if (implicit.has(key) || /^Symbol\./.test(key)) {
      return [
        `the language itself calls \`${key}\`, and here it would call ${subject.name}`,
        `a plain function as \`${key}\``,
      ];
    }
    if (holder.type !== "Property") return undefined;
  }
  // Climb to the outermost literal, which decides where the function ends up.
  let inner: Node = node;
  let named = false;
  for (let next: Node | undefined = holder; next && literals.has(next.type); next = module.parentOf(next)) {
    named ||= next.type === "Property";
    inner = next;
  }
  const outer = module.parentOf(inner);
  if (outer?.type === "CallExpression" || outer?.type === "NewExpression") {
    return outer.callee === inner ? undefined : argumentProblem(outer, inner, subject, context, named);
  }
  return undefined;
}
