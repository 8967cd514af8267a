import type { Node } from "oxc-parser";
import { keyName } from "../analysis/pattern.ts";
import { alternatives } from "../analysis/value.ts";
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
  if ("key" in holder && "computed" in holder) {
    if (isImplicit(holder.key, holder.computed, context)) {
      const key = quote(module, holder.key.start, holder.key.end);
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

function isImplicit(key: Node, computed: boolean, { module, evaluator }: RuleContext): boolean {
  const name = keyName(key, computed);
  if (name !== undefined) return implicit.has(name);
  return alternatives(evaluator.valueOf(key, module)).some(
    (one) => one.kind === "global" && one.name.startsWith("Symbol."),
  );
}
