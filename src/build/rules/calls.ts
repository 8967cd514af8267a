import type { Node } from "oxc-parser";
import { enclosingFunction } from "../analysis/enclosing.ts";
import type { ModuleFacts } from "../analysis/module.ts";
import { isGenerator } from "../analysis/returns.ts";
import { callability } from "../analysis/value.ts";
import { quote, quoteCall, type Rule } from "./violation.ts";

/** Every call of a stepped function is the operand of a `yield*`. */
export const callsAreYielded: Rule = (node, { module, evaluator, report }) => {
  if (
    node.type !== "CallExpression" &&
    node.type !== "NewExpression" &&
    node.type !== "TaggedTemplateExpression"
  ) {
    return;
  }
  const callee = node.type === "TaggedTemplateExpression" ? node.tag : node.callee;
  const { is } = callability(evaluator.valueOf(callee, module));
  if (is !== "stepped" && is !== "mixed") return;
  const name = quote(module, callee.start, callee.end);
  if (node.type === "NewExpression") {
    report(
      node.start,
      `\`new ${name}\`: a stepped function is no constructor`,
      `\`yield* ${quoteCall(module, node)}\``,
    );
  } else if (node.type === "TaggedTemplateExpression") {
    report(node.start, `stepped \`${name}\` is used as a template tag`, `\`yield* ${name}(…)\``);
  } else if (!isYielded(node, module) && !isPartOfOperand(node, module)) {
    const [what, correct] = advice(node, name, module);
    report(node.start, what, correct);
  }
};

/** Whether a call stands directly behind `yield*`. */
export function isYielded(call: Node, module: ModuleFacts): boolean {
  const parent = module.parentOf(call);
  return parent?.type === "YieldExpression" && parent.delegate && parent.argument === call;
}

const loose = new Set<Node["type"]>([
  "BinaryExpression",
  "LogicalExpression",
  "ConditionalExpression",
  "MemberExpression",
  "TaggedTemplateExpression",
  "ChainExpression",
  "SequenceExpression",
]);

/** Whether a call is a piece of a longer operand of `yield*`, which is reported as a whole. */
function isPartOfOperand(call: Node, module: ModuleFacts): boolean {
  let outer = module.parentOf(call);
  while (
    outer &&
    (loose.has(outer.type) || (outer.type === "CallExpression" && outer.start === call.start))
  ) {
    outer = module.parentOf(outer);
  }
  return outer?.type === "YieldExpression" && outer.delegate;
}

type Call = Extract<Node, { type: "CallExpression" }>;

function advice(call: Call, name: string, module: ModuleFacts): readonly [what: string, correct: string] {
  const shape = quoteCall(module, call);
  const around = enclosingFunction(call, module);
  if (around === undefined) {
    return [
      `stepped \`${name}\` is called outside any stepped function`,
      `\`yield* ${shape}\` inside a \`function*\``,
    ];
  }
  if (!isGenerator(around)) {
    return [
      `stepped \`${name}\` is called in a function that is not stepped`,
      `\`yield* ${shape}\` with a \`function*\` around it`,
    ];
  }
  if (inParameters(call, around, module)) {
    return [`stepped \`${name}\` is called in a parameter's default`, `\`yield* ${shape}\` in the body`];
  }
  const parent = module.parentOf(call);
  if (
    parent?.type === "ChainExpression" ||
    (parent?.type === "MemberExpression" && chained(parent, module))
  ) {
    const receiver = quote(module, call.callee.start, call.callee.end).replace(/\?\.[^?]*$/s, "") || "f";
    return [
      `stepped \`${name}\` is called through \`?.\`, which gives \`yield*\` nothing to run`,
      `\`if (${receiver}) yield* ${shape.replace("?.", ".").replace(/\.\(/, "(")}\``,
    ];
  }
  return [`stepped \`${name}\` is called without \`yield*\``, `\`${inPlace(shape, call, parent)}\``];
}

function chained(member: Node, module: ModuleFacts): boolean {
  for (let outer = module.parentOf(member); outer; outer = module.parentOf(outer)) {
    if (outer.type === "ChainExpression") return true;
    if (outer.type !== "MemberExpression" && outer.type !== "CallExpression") return false;
  }
  return false;
}

function inParameters(call: Node, around: Node, module: ModuleFacts): boolean {
  if (!("params" in around)) return false;
  let inner = call;
  for (let outer = module.parentOf(call); outer && outer !== around; outer = module.parentOf(outer))
    inner = outer;
  return (around.params as readonly Node[]).includes(inner);
}

// Where an operand binds tighter than `yield*`, parentheses are needed.
const tight = new Set<Node["type"]>([
  "BinaryExpression",
  "LogicalExpression",
  "UnaryExpression",
  "AwaitExpression",
  "MemberExpression",
  "ChainExpression",
  "TaggedTemplateExpression",
]);

function inPlace(shape: string, call: Call, parent: Node | undefined): string {
  const needsParentheses =
    parent !== undefined &&
    (tight.has(parent.type) ||
      (parent.type === "ConditionalExpression" && parent.test === call) ||
      ((parent.type === "CallExpression" || parent.type === "NewExpression") && parent.callee === call) ||
      ((parent.type === "ClassDeclaration" || parent.type === "ClassExpression") &&
        parent.superClass === call));
  return needsParentheses ? `(yield* ${shape})` : `yield* ${shape}`;
}
