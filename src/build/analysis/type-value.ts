import type { Node } from "oxc-parser";
import type { Evaluator } from "./evaluate.ts";
import type { ModuleFacts } from "./module.ts";
import { keyName } from "./pattern.ts";
import { type Site, union, unknown, type Value } from "./value.ts";

// Types only add knowledge: where one cannot be followed the answer is `unknown`, and names decide.

const steps = new Set(["Step", "Generator"]);
const same = new Set(["Readonly", "Partial", "Required", "NonNullable"]);
const lists = new Set(["Array", "ReadonlyArray", "Iterable", "Set", "ReadonlySet"]);
const surelyPlain = new Set<Node["type"]>([
  "TSVoidKeyword",
  "TSNumberKeyword",
  "TSStringKeyword",
  "TSBooleanKeyword",
  "TSBigIntKeyword",
  "TSUndefinedKeyword",
  "TSNullKeyword",
  "TSNeverKeyword",
  "TSLiteralType",
  "TSTypePredicate",
  "TSArrayType",
  "TSTupleType",
]);

/** What a value of the given type can be. */
export function typeValue(type: Node, module: ModuleFacts, evaluator: Evaluator): Value {
  switch (type.type) {
    case "TSTypeAnnotation":
    case "TSParenthesizedType":
    case "TSOptionalType":
      return typeValue(type.typeAnnotation, module, evaluator);
    case "TSTypeOperator":
      return typeValue(type.typeAnnotation, module, evaluator);
    case "TSUnionType":
      return union(
        type.types
          .filter(({ type: kind }) => kind !== "TSUndefinedKeyword" && kind !== "TSNullKeyword")
          .map((one) => typeValue(one, module, evaluator)),
      );
    case "TSFunctionType":
      return ofSignature(type.returnType, module, evaluator);
    case "TSArrayType":
      return { kind: "collection", keyed: false, element: typeValue(type.elementType, module, evaluator) };
    case "TSTypeLiteral":
    case "TSInterfaceDeclaration":
    case "TSIntersectionType":
      return { kind: "type", site: { node: type, module } };
    case "TSTypeQuery": {
      const binding =
        type.exprName.type === "Identifier" ? module.scopes.topLevel(type.exprName.name) : undefined;
      return binding ? evaluator.valueOf(binding.id, module) : unknown;
    }
    case "TSTypeReference":
      return ofReference(type, module, evaluator);
    default:
      return unknown;
  }
}

/** `T` of `Step<T>`: what `yield*` of such a call gives. */
export function stepResult(type: Node): Node {
  const isStep =
    type.type === "TSTypeReference" && type.typeName.type === "Identifier" && steps.has(type.typeName.name);
  const result = isStep ? type.typeArguments?.params : undefined;
  return (result?.length === 1 ? result[0] : result?.[1]) ?? type;
}

/** The member of an object type; nothing if the type does not say. */
export function typeMember({ node, module }: Site, key: string, evaluator: Evaluator): Value | undefined {
  if (node.type === "TSIntersectionType") {
    for (const part of node.types) {
      const value = typeValue(part, module, evaluator);
      const member = value.kind === "type" ? typeMember(value.site, key, evaluator) : undefined;
      if (member) return member;
    }
    return undefined;
  }
  const members =
    node.type === "TSInterfaceDeclaration"
      ? node.body.body
      : node.type === "TSTypeLiteral"
        ? node.members
        : [];
  for (const one of members) {
    if (
      (one.type === "TSMethodSignature" || one.type === "TSPropertySignature") &&
      keyName(one.key, one.computed) === key
    ) {
      return signatureValue(one, module, evaluator);
    }
  }
  if (node.type !== "TSInterfaceDeclaration") return undefined;
  for (const { expression } of node.extends) {
    const base = expression.type === "Identifier" ? named(expression.name, module, evaluator) : unknown;
    const member = base.kind === "type" ? typeMember(base.site, key, evaluator) : undefined;
    if (member) return member;
  }
  return undefined;
}

/** The value that a property or method signature promises. */
export function signatureValue(node: Node, module: ModuleFacts, evaluator: Evaluator): Value {
  if (node.type === "TSAbstractMethodDefinition")
    return ofSignature(node.value.returnType, module, evaluator);
  if (node.type === "TSMethodSignature") return ofSignature(node.returnType, module, evaluator);
  if (node.type === "TSPropertySignature" && node.typeAnnotation) {
    return typeValue(node.typeAnnotation, module, evaluator);
  }
  return unknown;
}

function ofSignature(returnType: Node | null | undefined, module: ModuleFacts, evaluator: Evaluator): Value {
  const type = returnType?.type === "TSTypeAnnotation" ? returnType.typeAnnotation : returnType;
  if (!type) return unknown;
  if (surelyPlain.has(type.type)) return { kind: "plain", sure: true };
  return isStep(type, module, evaluator) ? { kind: "stepped", sure: true } : unknown;
}

function isStep(type: Node, module: ModuleFacts, evaluator: Evaluator): boolean {
  if (type.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return false;
  if (steps.has(type.typeName.name)) return true;
  const alias = declaration(type.typeName.name, module, evaluator);
  return (
    alias?.node.type === "TSTypeAliasDeclaration" &&
    isStep(alias.node.typeAnnotation, alias.module, evaluator)
  );
}

function ofReference(
  type: Extract<Node, { type: "TSTypeReference" }>,
  module: ModuleFacts,
  evaluator: Evaluator,
): Value {
  if (type.typeName.type !== "Identifier") return unknown;
  const { name } = type.typeName;
  const parameters = type.typeArguments?.params ?? [];
  const [first, second] = parameters;
  if (first && same.has(name)) return typeValue(first, module, evaluator);
  if (first && lists.has(name)) {
    return { kind: "collection", keyed: false, element: typeValue(first, module, evaluator) };
  }
  if (second && name === "Record")
    return { kind: "collection", keyed: true, element: typeValue(second, module, evaluator) };
  return named(name, module, evaluator);
}

function named(name: string, module: ModuleFacts, evaluator: Evaluator): Value {
  const found = declaration(name, module, evaluator);
  // By way of the evaluator, which notices types that are made of themselves.
  if (found) return evaluator.valueOf(found.node, found.module);
  const binding = module.scopes.topLevel(name);
  const imported = module.types.imported.get(name);
  const value = binding
    ? evaluator.valueOf(binding.id, module)
    : imported
      ? evaluator.valueOfOrigin(evaluator.graph.imported(module, imported.specifier, imported.name))
      : unknown;
  return value.kind === "class" ? { kind: "instance", site: value.site } : unknown;
}

/** Where an interface or alias is declared, through imports and re-exports. */
function declaration(
  name: string,
  module: ModuleFacts,
  evaluator: Evaluator,
  seen: readonly string[] = [],
): Site | undefined {
  const [own] = module.types.declared.get(name) ?? [];
  if (own) return { node: own, module };
  const mark = `${module.file} ${name}`;
  if (seen.includes(mark)) return undefined;
  const next = [...seen, mark];
  const link = module.types.imported.get(name) ?? module.types.exported.get(name);
  const links = link ? [link] : module.stars.map((specifier) => ({ specifier, name }));
  for (const { specifier, name: theirs } of links) {
    const linked = evaluator.graph.linked(module, specifier);
    const found = typeof linked === "object" ? declaration(theirs, linked, evaluator, next) : undefined;
    if (found) return found;
  }
  return undefined;
}
