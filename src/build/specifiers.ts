import type { Node, Program } from "oxc-parser";
import { walk } from "./walk.ts";

/** One module specifier in a source text: its value and where its literal stands, quotes included. */
export interface Specifier {
  readonly value: string;
  readonly start: number;
  readonly end: number;
  /** What names the module: an import or export, or `new URL(…, import.meta.url)`, which may mean any file. */
  readonly kind: "import" | "url";
}

/** Every module specifier written as a plain string, in source order. */
export function specifiers(program: Program): Specifier[] {
  const found: Specifier[] = [];
  walk(program, (node) => {
    const source = sourceOf(node);
    if (source?.type !== "Literal" || typeof source.value !== "string") return;
    const kind = node.type === "NewExpression" ? "url" : "import";
    found.push({ value: source.value, start: source.start, end: source.end, kind });
  });
  return found;
}

function sourceOf(node: Node): Node | null | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
    case "ImportExpression":
      return node.source;
    case "NewExpression":
      return isModuleUrl(node) ? node.arguments[0] : undefined;
    default:
      return undefined;
  }
}

function isModuleUrl(node: Extract<Node, { type: "NewExpression" }>): boolean {
  const base = node.arguments[1];
  return (
    node.callee.type === "Identifier" &&
    node.callee.name === "URL" &&
    base?.type === "MemberExpression" &&
    base.object.type === "MetaProperty"
  );
}

/**
 * Points relative specifiers at the built files: `./x.ts` becomes `./x.js`, `./x.mts` becomes `./x.mjs`, of
 * the same length. Other specifiers stay.
 */
export function rewriteSpecifiers(code: string, program: Program): string {
  let result = code;
  for (const { value, end } of specifiers(program)) {
    if (!/^\.\.?\/.*\.m?ts$/s.test(value) || !/\.m?ts$/.test(code.slice(0, end - 1))) continue;
    result = `${result.slice(0, end - 3)}js${result.slice(end - 1)}`;
  }
  return result;
}

/** The name a source file gets once built: `.ts` to `.js`, `.mts` to `.mjs`, JavaScript stays. */
export function builtName(file: string): string {
  return file.replace(/\.(m?)ts$/, ".$1js");
}
