import type { Program } from "oxc-parser";
import { parseModule } from "./parse.ts";

/** Which modules' exports never change once they are there, so that their values may be taken at import. */
export type IsConstant = (specifier: string) => boolean;

/** The package's own modules. Their exports are functions and constants; a test looks that none is a `let`. */
export const isOwnModule: IsConstant = (specifier) => specifier === "refzero" || specifier.startsWith("#");

type Import = Extract<Program["body"][number], { type: "ImportDeclaration" }>;

/**
 * Turns `import { a, b as c } from "m";` into `import * as $m1 from "m"; const { a, b: c } = $m1;` for the modules
 * that `isConstant` names. An imported name is a cell that the JIT has to read and check at each call, a constant
 * is folded into the code: for a path of small functions that is a fifth of its time (bench/paths/door.mjs). Lines
 * stay; on the line of an import columns do not, and nothing else is on it.
 *
 * @throws UsageError BAD_SCENARIO_FILE as `parseModule` does.
 */
export function bindImports(code: string, file: string, isConstant: IsConstant): string {
  const imports = parseModule(code, file).body.filter(
    (node): node is Import => node.type === "ImportDeclaration" && isConstant(node.source.value),
  );
  let bound = code;
  // From the last to the first: offsets in front of a change stay true.
  for (const [index, node] of [...imports.entries()].reverse()) {
    const text = rewritten(node, `$m${index + 1}`);
    if (text === undefined) continue;
    const lines = code.slice(node.start, node.end).split(/\r?\n/).length - 1;
    bound = `${bound.slice(0, node.start)}${text}${"\n".repeat(lines)}${bound.slice(node.end)}`;
  }
  return bound;
}

/** The two statements, or undefined for an import that takes no names. */
function rewritten(node: Import, namespace: string): string | undefined {
  const names: string[] = [];
  for (const specifier of node.specifiers) {
    if (specifier.type !== "ImportSpecifier" || specifier.imported.type !== "Identifier") return undefined;
    const { name } = specifier.imported;
    names.push(name === specifier.local.name ? name : `${name}: ${specifier.local.name}`);
  }
  if (names.length === 0) return undefined;
  return `import * as ${namespace} from ${JSON.stringify(node.source.value)}; const { ${names.join(", ")} } = ${namespace};`;
}
