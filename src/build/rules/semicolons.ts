import type { Node } from "oxc-parser";
import type { Rule } from "./violation.ts";

const closed = new Set<Node["type"]>([
  "ExpressionStatement",
  "VariableDeclaration",
  "ReturnStatement",
  "ThrowStatement",
  "BreakStatement",
  "ContinueStatement",
  "DebuggerStatement",
  "DoWhileStatement",
  "ImportDeclaration",
  "ExportAllDeclaration",
  "ExportNamedDeclaration",
  "ExportDefaultDeclaration",
  "PropertyDefinition",
  "AccessorProperty",
]);

/**
 * Every statement and class field that takes a semicolon has one. Without it the next line decides where the
 * statement ends, and the next line may begin with a star that goes away.
 */
export const semicolonsAlways: Rule = (node, { module, report }) => {
  if (!closed.has(node.type) || module.source.charAt(node.end - 1) === ";") return;
  const parent = module.parentOf(node);
  if (node.type === "VariableDeclaration" && parent && /^For/.test(parent.type)) return;
  if (node.type === "ExportNamedDeclaration" && node.declaration) return;
  if (
    node.type === "ExportDefaultDeclaration" &&
    /^(?:Function|Class)Declaration$/.test(node.declaration.type)
  )
    return;
  report(
    node.end,
    node.type === "PropertyDefinition" || node.type === "AccessorProperty"
      ? "a class field without a semicolon"
      : "a statement without a semicolon",
    `\`${lastLine(module.source.slice(node.start, node.end))};\``,
  );
};

function lastLine(text: string): string {
  const line = text.slice(text.search(/[^\r\n]*$/)).trim();
  return line.length > 40 ? `…${line.slice(-39)}` : line;
}
