import type { Node } from "oxc-parser";
import { walk } from "../walk.ts";
import type { Evaluator } from "./evaluate.ts";
import { elementOf } from "./members.ts";
import type { ModuleFacts } from "./module.ts";
import { type FunctionNode, isFunction } from "./returns.ts";
import { alternatives, type Value } from "./value.ts";

// A function handed through more hands than this is not followed further.
const rounds = 6;

const callbacks = new Set(
  "forEach map filter some every find findIndex findLast findLastIndex flatMap".split(" "),
);

/**
 * Follows arguments into the parameters of the functions they are passed to, so that calls of a parameter are
 * judged by what visible calls pass. Runs until nothing new is learnt.
 */
export function followArguments(modules: readonly ModuleFacts[], evaluator: Evaluator): void {
  for (let round = 0; round < rounds; round++) {
    let news = false;
    for (const module of modules) {
      walk(module.program, (node) => {
        if (node.type === "CallExpression" || node.type === "NewExpression")
          news = passed(node, module, evaluator) || news;
      });
    }
    evaluator.settle();
    if (!news) return;
  }
}

type Call = Extract<Node, { type: "CallExpression" | "NewExpression" }>;

function passed(call: Call, module: ModuleFacts, evaluator: Evaluator): boolean {
  let news = false;
  for (const target of calledFunctions(evaluator.valueOf(call.callee, module))) {
    const rest = target.params.findIndex(({ type }) => type === "RestElement");
    for (const [index, value] of argumentValues(call, target.params.length, module, evaluator)) {
      if (!interesting(value)) continue;
      const inRest = rest !== -1 && index >= rest;
      const arrives: Value = inRest ? { kind: "collection", keyed: false, element: value } : value;
      news = evaluator.pass(target, inRest ? rest : index, arrives) || news;
    }
  }
  const [first] = call.arguments;
  if (first && call.callee.type === "MemberExpression" && call.callee.property.type === "Identifier") {
    const element = elementOf(evaluator.valueOf(call.callee.object, module));
    if (!callbacks.has(call.callee.property.name) || !interesting(element)) return news;
    for (const target of calledFunctions(evaluator.valueOf(first, module)))
      news = evaluator.pass(target, 0, element) || news;
  }
  return news;
}

/** Each argument's value with the parameter it arrives in; those of a spread list may arrive in any later one. */
function argumentValues(
  call: Call,
  parameters: number,
  module: ModuleFacts,
  evaluator: Evaluator,
): [number, Value][] {
  const found: [number, Value][] = [];
  for (const [index, argument] of call.arguments.entries()) {
    if (argument.type !== "SpreadElement") {
      found.push([index, evaluator.valueOf(argument, module)]);
      continue;
    }
    const element = elementOf(evaluator.valueOf(argument.argument, module));
    for (let later = index; later < Math.max(parameters, index + 1); later++) found.push([later, element]);
    break;
  }
  return found;
}

/** The functions whose parameters receive the arguments of a call of `value`. */
export function calledFunctions(value: Value): FunctionNode[] {
  return alternatives(value).flatMap((one) => {
    if ((one.kind === "stepped" || one.kind === "plain") && one.site) {
      return isFunction(one.site.node) ? [one.site.node] : [];
    }
    if (one.kind !== "class") return [];
    const { node } = one.site;
    const members =
      "body" in node && node.body && "type" in node.body && node.body.type === "ClassBody"
        ? node.body.body
        : [];
    return members.flatMap((member) =>
      member.type === "MethodDefinition" && member.kind === "constructor" && isFunction(member.value)
        ? [member.value]
        : [],
    );
  });
}

function interesting(value: Value): boolean {
  return alternatives(value).some((one) =>
    one.kind === "collection"
      ? interesting(one.element)
      : ["stepped", "object", "class", "instance", "namespace"].includes(one.kind),
  );
}
