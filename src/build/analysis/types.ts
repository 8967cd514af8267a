import type { Node, Program } from "oxc-parser";
import { walk } from "../walk.ts";

/** A name brought in or handed on from another module; `*` is the whole module. */
export interface Link {
  readonly specifier: string;
  readonly name: string;
}

/** What a module's type annotations say, keyed so that the tree of the stripped text can ask. */
export interface TypeFacts {
  /** Annotated type, by the offset where its parameter, variable or field name starts. */
  readonly annotated: ReadonlyMap<number, Node>;
  /** Return type, by the offset where the function's body starts. */
  readonly returned: ReadonlyMap<number, Node>;
  /** Interfaces and aliases of the top level, by name; an interface may be declared in parts. */
  readonly declared: ReadonlyMap<string, readonly Node[]>;
  readonly imported: ReadonlyMap<string, Link>;
  readonly exported: ReadonlyMap<string, Link>;
  /** Members that interfaces, type literals and abstract classes promise. */
  readonly members: readonly Node[];
}

/** Collects the annotations of a TypeScript tree. */
export function typeFacts(program: Program): TypeFacts {
  const annotated = new Map<number, Node>();
  const returned = new Map<number, Node>();
  const declared = new Map<string, Node[]>();
  const imported = new Map<string, Link>();
  const exported = new Map<string, Link>();
  const members: Node[] = [];
  walk(program, (node) => {
    if ("typeAnnotation" in node && node.typeAnnotation?.type === "TSTypeAnnotation") {
      const at = node.type === "PropertyDefinition" ? node.key.start : node.start;
      annotated.set(at, node.typeAnnotation.typeAnnotation);
    }
    if (
      node.type === "TSMethodSignature" ||
      node.type === "TSPropertySignature" ||
      node.type === "TSAbstractMethodDefinition"
    ) {
      members.push(node);
    }
    if ("returnType" in node && node.returnType && "body" in node && node.body) {
      returned.set(node.body.start, node.returnType.typeAnnotation);
    }
  });
  for (const statement of program.body) {
    const node =
      statement.type === "ExportNamedDeclaration" ? (statement.declaration ?? statement) : statement;
    if (node.type === "TSInterfaceDeclaration" || node.type === "TSTypeAliasDeclaration") {
      declared.set(node.id.name, [...(declared.get(node.id.name) ?? []), node]);
    } else if (node.type === "ImportDeclaration") {
      for (const specifier of node.specifiers) {
        const name =
          specifier.type === "ImportSpecifier"
            ? nameOf(specifier.imported)
            : specifier.type === "ImportNamespaceSpecifier"
              ? "*"
              : "default";
        imported.set(specifier.local.name, { specifier: node.source.value, name });
      }
    } else if (node.type === "ExportNamedDeclaration" && node.source) {
      for (const { local, exported: as } of node.specifiers) {
        exported.set(nameOf(as), { specifier: node.source.value, name: nameOf(local) });
      }
    }
  }
  return { annotated, returned, declared, imported, exported, members };
}

/** The name of an import or export specifier, which may be a string. */
export function nameOf(name: Node): string {
  return name.type === "Literal" ? String(name.value) : name.type === "Identifier" ? name.name : "";
}
