import type { Node } from "oxc-parser";
import { nearestThis } from "../analysis/enclosing.ts";
import type { ModuleFacts } from "../analysis/module.ts";
import { callability } from "../analysis/value.ts";
import { argumentProblem } from "./arguments.ts";
import { isYielded } from "./calls.ts";
import { literalProblem } from "./literals.ts";
import { type Problem, quote, type Rule, type RuleContext, type Subject } from "./violation.ts";

const values = new Set<Node["type"]>([
  "Identifier",
  "MemberExpression",
  "FunctionExpression",
  "CallExpression",
  "YieldExpression",
]);

/** A stepped function is a value only where its calls can still be seen. */
export const valuesStayVisible: Rule = (node, context) => {
  const { module, evaluator, report } = context;
  if (!values.has(node.type) || (node.type === "Identifier" && !isReference(node, module))) return;
  if (node.type === "CallExpression" && isYielded(node, module)) return;
  const { is, sure } = callability(evaluator.valueOf(node, module));
  if (is !== "stepped" || !sure) return;
  const text = quote(module, node.start, node.end);
  const subject: Subject =
    node.type === "FunctionExpression"
      ? { name: "a `function*`", call: "`yield* f(…)`" }
      : { name: `stepped \`${text}\``, call: `\`yield* ${text}(…)\`` };
  const problem = destinationProblem(node, subject, context);
  if (problem) report(placeOf(node, module), ...problem);
};

/** Whether an identifier is read here, and is not the name of a property, label, declaration or target. */
function isReference(node: Node, module: ModuleFacts): boolean {
  const binding = module.scopes.bindingOf(node);
  const parent = module.parentOf(node);
  return (
    binding !== undefined &&
    binding.id !== node &&
    !(parent?.type === "AssignmentExpression" && parent.left === node)
  );
}

/** A method is shown at its name, not at its parameter list. */
function placeOf(node: Node, module: ModuleFacts): number {
  const parent = module.parentOf(node);
  return parent && "key" in parent && node.type === "FunctionExpression" ? parent.key.start : node.start;
}

function escapes({ name, call }: Subject, how: string): Problem {
  return [
    `${name} is ${how}, where its calls cannot be seen`,
    `${call} where it is needed, or keep it in an object literal`,
  ];
}

/** What is wrong with the place a stepped value goes to. */
function destinationProblem(node: Node, subject: Subject, context: RuleContext): Problem | undefined {
  const { module } = context;
  const parent = module.parentOf(node);
  switch (parent?.type) {
    case "ExpressionStatement":
    case "ExportSpecifier":
    case "ExportDefaultDeclaration":
    case "IfStatement":
    case "WhileStatement":
    case "SwitchStatement":
    case "SwitchCase":
    // The rules for operands and for calls judge these.
    case "YieldExpression":
    case "TaggedTemplateExpression":
      return undefined;
    case "CallExpression":
    case "NewExpression":
      return parent.callee === node ? undefined : argumentProblem(parent, node, subject, context);
    case "ReturnStatement":
    case "ArrowFunctionExpression":
      return returnProblem(parent, subject, context);
    case "MemberExpression":
      return parent.object === node
        ? memberProblem(parent, subject, module)
        : escapes(subject, "used as a key");
    case "Property":
    case "ArrayExpression":
    case "MethodDefinition":
    case "PropertyDefinition":
      return literalProblem(parent, node, subject, context);
    case "VariableDeclarator":
      if (["FunctionExpression", "CallExpression", "YieldExpression"].includes(node.type)) return undefined;
      return escapes(subject, `given the name \`${quote(module, parent.id.start, parent.id.end)}\``);
    case "AssignmentExpression":
      // A class sees what it assigns to its own fields, and calls of fields are judged by that.
      if (isOwnField(parent.left, module)) return undefined;
      return escapes(subject, `assigned to \`${quote(module, parent.left.start, parent.left.end)}\``);
    case "AssignmentPattern": {
      const owner = module.parentOf(parent);
      return owner && "params" in owner ? undefined : escapes(subject, "a default value");
    }
    case "UnaryExpression":
      return ["typeof", "!"].includes(parent.operator) ? undefined : escapes(subject, "an operand");
    case "BinaryExpression":
      return /^[!=]==?$/.test(parent.operator) ? undefined : escapes(subject, "an operand");
    case "ConditionalExpression":
      return parent.test === node ? undefined : destinationProblem(parent, subject, context);
    case "LogicalExpression":
      if (parent.left === node && parent.operator === "&&") return undefined;
      return destinationProblem(parent, subject, context);
    case "SequenceExpression":
      return parent.expressions.at(-1) === node ? destinationProblem(parent, subject, context) : undefined;
    case "ChainExpression":
      return destinationProblem(parent, subject, context);
    case "ClassDeclaration":
    case "ClassExpression":
      return [`a class extends ${subject.name}, which is no class`, "a `class` to extend"];
    case "ForOfStatement":
    case "SpreadElement":
      return escapes(subject, "iterated");
    default:
      return escapes(subject, "used as a value");
  }
}

function isOwnField(target: Node, module: ModuleFacts): boolean {
  if (target.type !== "MemberExpression" || target.object.type !== "ThisExpression" || target.computed)
    return false;
  return nearestThis(target.object, module).kind === "instance";
}

/** A function that returns stepped ones is followed, unless somebody unseen calls it. */
function returnProblem(from: Node, subject: Subject, context: RuleContext): Problem | undefined {
  const { module } = context;
  let maker: Node | undefined = from;
  while (maker && !("params" in maker)) maker = module.parentOf(maker);
  const call = maker && module.parentOf(maker);
  if (
    !maker ||
    (call?.type !== "CallExpression" && call?.type !== "NewExpression") ||
    call.callee === maker
  ) {
    return undefined;
  }
  return argumentProblem(call, maker, subject, context);
}

function memberProblem(
  member: Extract<Node, { type: "MemberExpression" }>,
  { name, call }: Subject,
  module: ModuleFacts,
): Problem | undefined {
  const key = quote(module, member.property.start, member.property.end);
  if (!member.computed && (key === "name" || key === "length")) return undefined;
  return [`\`.${key}\` of ${name}: the two builds would do different things`, call];
}
