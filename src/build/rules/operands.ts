import type { Node } from "oxc-parser";
import { callability, type Value } from "../analysis/value.ts";
import { hasLineBreak } from "../position.ts";
import { nextToken } from "../trivia.ts";
import { quote, quoteCall, type Rule, type RuleContext } from "./violation.ts";

/** The operand of `yield*` is one call of something that may be stepped, bare and on the same line. */
export const operandsAreCalls: Rule = (node, context) => {
  if (node.type !== "YieldExpression" || !node.delegate || !node.argument) return;
  const { module, evaluator, report } = context;
  const { argument } = node;
  const star = nextToken(module.source, node.start + "yield".length);
  const operand = nextToken(module.source, star + 1);
  if (argument.type !== "CallExpression" || !isName(argument.callee)) {
    report(node.start, ...notACall(argument, context));
  } else if (operand !== argument.start) {
    report(
      node.start,
      "the operand of `yield*` is in parentheses",
      `\`yield* ${quoteCall(module, argument)}\` without them`,
    );
  } else if (hasLineBreak(module.source.slice(node.start, operand))) {
    report(
      node.start,
      "a line break between `yield*` and its call, where erasing may end the statement",
      `\`yield* ${quoteCall(module, argument)}\` on one line`,
    );
  } else if (isSurelyPlain(evaluator.valueOf(argument.callee, module))) {
    const name = quote(module, argument.callee.start, argument.callee.end);
    report(
      node.start,
      `\`${name}\` is not stepped: \`yield*\` would run through what it returns`,
      `\`${quoteCall(module, argument)}\` without \`yield*\``,
    );
  }
};

/** Only what is known from a definition: a property's name may mean something else elsewhere. */
function isSurelyPlain(callee: Value): boolean {
  const { is, sure } = callability(callee);
  return is === "plain" && sure;
}

/** A callee that stays one token sequence when the star in front of it is gone: a name, or members of one. */
function isName(callee: Node): boolean {
  if (callee.type === "MemberExpression") return isName(callee.object);
  return callee.type === "Identifier" || callee.type === "ThisExpression" || callee.type === "Super";
}

function notACall(argument: Node, { module }: RuleContext): [what: string, correct: string] {
  if (argument.type === "ChainExpression") {
    const call = argument.expression;
    const text = quote(module, call.start, call.end);
    const receiver = text.slice(0, text.indexOf("?."));
    return [
      "`?.` behind `yield*`, which gives it nothing to run when the receiver is missing",
      `\`if (${receiver}) yield* ${text.replace("?.(", "(").replace("?.", ".")}\``,
    ];
  }
  const first = leftmostCall(argument);
  if (first && first !== argument && first.start === argument.start) {
    const call = quote(module, first.start, first.end);
    const rest = quote(module, first.end, argument.end);
    const space = /^[.[(`]/.test(rest) ? "" : " ";
    return ["the operand of `yield*` is more than one call", `\`(yield* ${call})${space}${rest}\``];
  }
  if (argument.type === "ConditionalExpression" || argument.type === "LogicalExpression") {
    return [
      "the operand of `yield*` is a choice, not one call",
      "`yield*` in front of each call, as in `a ? yield* f() : yield* g()`",
    ];
  }
  if (argument.type === "CallExpression") {
    return [
      "`yield*` calls something that has no name",
      "`yield* f(…)` with `f` a name, or a member of one, that was declared before",
    ];
  }
  return ["the operand of `yield*` is not a call", "`yield* f(…)`: one call behind each `yield*`"];
}

/** The call an expression begins with, which is what the author meant to step. */
function leftmostCall(node: Node): Node | undefined {
  switch (node.type) {
    case "CallExpression":
      return isName(node.callee) ? node : leftmostCall(node.callee);
    case "MemberExpression":
      return leftmostCall(node.object);
    case "BinaryExpression":
    case "LogicalExpression":
      return leftmostCall(node.left);
    case "ConditionalExpression":
      return leftmostCall(node.test);
    case "TaggedTemplateExpression":
      return leftmostCall(node.tag);
    case "ChainExpression":
      return leftmostCall(node.expression);
    default:
      return undefined;
  }
}
