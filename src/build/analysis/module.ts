import type { Node, Program } from "oxc-parser";
import { strip } from "../strip.ts";
import { walk } from "../walk.ts";
import { patternNames } from "./pattern.ts";
import { resolveScopes, type Scopes } from "./scope.ts";
import { type Link, nameOf, type TypeFacts, typeFacts } from "./types.ts";

/**
 * What the two builds do with a file: `erased` both (the second without stars), `door` is memory itself,
 * stepped build only; `outside` is never erased, so its generators are real ones and nothing in it is stepped.
 */
export type Role = "erased" | "door" | "outside";

/** Something a module exports: a node of its own, or a name of another module. */
type Exported = { readonly node: Node } | Link;

/** One parsed module with its names resolved. */
export interface ModuleFacts {
  readonly file: string;
  readonly role: Role;
  /** The text without types; offsets are those of the author's text. */
  readonly source: string;
  readonly program: Program;
  readonly scopes: Scopes;
  readonly types: TypeFacts;
  readonly exports: ReadonlyMap<string, Exported>;
  /** Specifiers of `export * from`. */
  readonly stars: readonly string[];
  parentOf(node: Node): Node | undefined;
}

/**
 * Reads one module's text.
 *
 * @throws UsageError BAD_SCENARIO_FILE as `strip` does.
 */
export function moduleFacts(text: string, file: string, role: Role): ModuleFacts {
  const { code, program, typed } = strip(text, file);
  const parents = new Map<Node, Node>();
  walk(program, (node, ancestors) => {
    const parent = ancestors.at(-1);
    if (parent) parents.set(node, parent);
  });
  return {
    file,
    role,
    source: code,
    program,
    scopes: resolveScopes(program),
    types: typeFacts(typed),
    exports: exportsOf(program),
    stars: typed.body.flatMap((node) =>
      node.type === "ExportAllDeclaration" && !node.exported ? [node.source.value] : [],
    ),
    parentOf: (node) => parents.get(node),
  };
}

function exportsOf(program: Program): Map<string, Exported> {
  const exports = new Map<string, Exported>();
  for (const node of program.body) {
    if (node.type === "ExportDefaultDeclaration") exports.set("default", { node: node.declaration });
    else if (node.type === "ExportAllDeclaration" && node.exported) {
      exports.set(nameOf(node.exported), { specifier: node.source.value, name: "*" });
    } else if (node.type === "ExportNamedDeclaration") {
      for (const id of declaredNames(node.declaration)) exports.set(id.name, { node: id });
      for (const { local, exported } of node.specifiers) {
        exports.set(
          nameOf(exported),
          node.source ? { specifier: node.source.value, name: nameOf(local) } : { node: local },
        );
      }
    }
  }
  return exports;
}

function declaredNames(declaration: Node | null) {
  if (declaration?.type === "VariableDeclaration") {
    return declaration.declarations.flatMap(({ id }) => patternNames(id).map((name) => name.id));
  }
  if (declaration?.type === "FunctionDeclaration" || declaration?.type === "ClassDeclaration") {
    return declaration.id ? [declaration.id] : [];
  }
  return [];
}
