import type { Node } from "oxc-parser";
import type { Evaluator } from "./evaluate.ts";
import { elementOf, memberOf } from "./members.ts";
import type { ModuleFacts } from "./module.ts";
import { keyName, type PathStep, patternNames } from "./pattern.ts";
import type { FunctionNode } from "./returns.ts";
import type { Binding } from "./scope.ts";
import { alternatives, union, unknown, type Value } from "./value.ts";

/** What a declared name can hold: what it starts with, and whatever is assigned to it. */
export function bindingValue(binding: Binding, module: ModuleFacts, evaluator: Evaluator): Value {
  const follow = (from: Value): Value => followPath(from, binding.path, module, evaluator);
  switch (binding.kind) {
    case "import":
      return imported(binding.owner, module, evaluator);
    case "function":
    case "class":
      return union([evaluator.valueOf(binding.owner, module), ...written(binding, module, evaluator)]);
    case "variable":
      return union([
        follow(initial(binding.owner, module, evaluator)),
        ...written(binding, module, evaluator),
      ]);
    case "parameter":
      return follow(parameter(binding.owner as FunctionNode, binding.index, module, evaluator));
    default:
      return unknown;
  }
}

function imported(specifier: Node, module: ModuleFacts, evaluator: Evaluator): Value {
  const declaration = module.parentOf(specifier);
  if (declaration?.type !== "ImportDeclaration") return unknown;
  const name =
    specifier.type === "ImportNamespaceSpecifier"
      ? "*"
      : specifier.type === "ImportSpecifier"
        ? (keyName(specifier.imported, false) ?? "default")
        : "default";
  return evaluator.valueOfOrigin(evaluator.graph.imported(module, declaration.source.value, name));
}

function initial(declarator: Node, module: ModuleFacts, evaluator: Evaluator): Value {
  if (declarator.type !== "VariableDeclarator") return unknown;
  const typed = evaluator.typeAt(declarator.id.start, module);
  if (typed.kind !== "unknown") return typed;
  if (declarator.init) return evaluator.valueOf(declarator.init, module);
  const declaration = module.parentOf(declarator);
  const loop = declaration && module.parentOf(declaration);
  if (loop?.type !== "ForOfStatement" || loop.left !== declaration) return unknown;
  return elementOf(evaluator.valueOf(loop.right, module));
}

function written(binding: Binding, module: ModuleFacts, evaluator: Evaluator): Value[] {
  return binding.writes.flatMap((write) => {
    if (write.type !== "AssignmentExpression" && write.type !== "ForOfStatement") return [unknown];
    const right = evaluator.valueOf(write.right, module);
    return patternNames(write.left)
      .filter(({ id }) => id.name === binding.name)
      .map(({ path }) =>
        followPath(write.type === "ForOfStatement" ? elementOf(right) : right, path, module, evaluator),
      );
  });
}

function parameter(owner: FunctionNode, index: number, module: ModuleFacts, evaluator: Evaluator): Value {
  const node = owner.params[index];
  if (node === undefined) return unknown;
  const pattern = node.type === "AssignmentPattern" ? node.left : node;
  const typed = evaluator.typeAt(pattern.start, module);
  const all = union([
    // Where no type says what arrives there may be more: calls that nobody sees, an engine's for example.
    typed,
    ...(node.type === "AssignmentPattern" ? [evaluator.valueOf(node.right, module)] : []),
    evaluator.passedTo(owner, index) ?? typed,
  ]);
  // One call that passes a stepped function makes the parameter stepped; the others are told so.
  return alternatives(all).find(({ kind }) => kind === "stepped") ?? all;
}

function followPath(
  value: Value,
  path: readonly PathStep[],
  module: ModuleFacts,
  evaluator: Evaluator,
): Value {
  return path.reduce((from, step) => {
    if ("property" in step) return memberOf(from, step.property, module, evaluator);
    if ("element" in step) return elementOf(from);
    return "rest" in step ? from : unknown;
  }, value);
}
