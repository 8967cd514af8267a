import type { Node } from "oxc-parser";
import { calledFunctions } from "../analysis/flow.ts";
import { isFunction } from "../analysis/returns.ts";
import { alternatives, type Value } from "../analysis/value.ts";
import { isYielded } from "./calls.ts";
import { type Problem, quote, type RuleContext, type Subject } from "./violation.ts";

type Call = Extract<Node, { type: "CallExpression" | "NewExpression" }>;

// These hand their argument on as it is and call nothing.
const harmless = /^Object\.(?:freeze|seal|preventExtensions|keys|values|entries)$/;

/**
 * What is wrong with passing a stepped function (or a literal that holds one) as `argument` of `call`. It may
 * go where its calls are seen: to a stepped call, to a function whose code is here, into an object whose
 * property names tell (`named`); not to the language's own functions, which would call it without `yield*`.
 */
export function argumentProblem(
  call: Call,
  argument: Node,
  { name }: Subject,
  context: RuleContext,
  named = false,
): Problem | undefined {
  const { module, evaluator } = context;
  const callee = evaluator.valueOf(call.callee, module);
  const target = quote(module, call.callee.start, call.callee.end);
  if (alternatives(callee).some((one) => one.kind === "global" && !harmless.test(one.name))) {
    return [
      `${name} is given to \`${target}\`, which would call it without \`yield*\``,
      "a loop in a `function*`, with `yield*` at each call",
    ];
  }
  if (named || isYielded(call, module) || isKnown(callee, call, argument)) return undefined;
  // Definitions nest: `scenario({ tasks: [task("close", close)] })` hands the function to whoever runs it.
  if (insideObjectLiteral(call, context)) return undefined;
  return [
    `${name} is given to \`${target}\`, where its calls cannot be seen`,
    "a loop with `yield*` at each call, or pass it in an object literal",
  ];
}

/** Whether the function's own code is at hand, so that calls of this parameter are checked there. */
function isKnown(callee: Value, call: Call, argument: Node): boolean {
  if (alternatives(callee).some((one) => "site" in one && one.site?.module.role === "outside")) return true;
  const functions = calledFunctions(callee);
  const index = (call.arguments as readonly Node[]).indexOf(argument);
  return (
    functions.length > 0 &&
    functions.every(
      (node) => isFunction(node) && node.params[index] && node.params[index].type !== "RestElement",
    )
  );
}

const definitions = new Set<Node["type"]>([
  "ArrayExpression",
  "CallExpression",
  "SpreadElement",
  "ConditionalExpression",
]);

function insideObjectLiteral(call: Node, { module }: RuleContext): boolean {
  for (let outer = module.parentOf(call); outer; outer = module.parentOf(outer)) {
    if (outer.type === "Property") return true;
    if (!definitions.has(outer.type)) return false;
  }
  return false;
}
