import type { Node } from "oxc-parser";
import { walk } from "../walk.ts";
import type { Evaluator } from "./evaluate.ts";
import { elementOf } from "./members.ts";
import type { ModuleFacts } from "./module.ts";
import { isFunction } from "./returns.ts";
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
  const targets = calledFunctions(evaluator.valueOf(call.callee, module));
  for (const [index, argument] of call.arguments.entries()) {
    if (argument.type === "SpreadElement") break;
    const value = evaluator.valueOf(argument, module);
    if (!interesting(value)) continue;
    for (const target of targets) news = evaluator.pass(target, index, value) || news;
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

/** The functions whose parameters receive the arguments of a call of `value`. */
export function calledFunctions(value: Value): Node[] {
  return alternatives(value).flatMap((one) => {
    if ((one.kind === "stepped" || one.kind === "plain") && one.site) return [one.site.node];
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
