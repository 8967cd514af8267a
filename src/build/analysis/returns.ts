import type { Node } from "oxc-parser";
import { children } from "../walk.ts";

/** A node that is a function: declared, expression, arrow, method. */
export type FunctionNode = Extract<Node, { params: unknown; body: unknown }>;

const functions = new Set<Node["type"]>([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);

/** Whether a node is a function. */
export function isFunction(node: Node): node is FunctionNode {
  return functions.has(node.type);
}

/** Whether a function is written with a star, and so is stepped in every file that is erased. */
export function isGenerator(node: Node): boolean {
  return isFunction(node) && node.generator;
}

/** The expressions a function returns, those of functions inside it left out. */
export function returnedExpressions(node: FunctionNode): Node[] {
  if (node.body === null) return [];
  if (node.type === "ArrowFunctionExpression" && node.expression) return [node.body];
  const found: Node[] = [];
  const visit = (inner: Node): void => {
    if (isFunction(inner)) return;
    if (inner.type === "ReturnStatement" && inner.argument) found.push(inner.argument);
    for (const { child } of children(inner)) visit(child);
  };
  visit(node.body);
  return found;
}
