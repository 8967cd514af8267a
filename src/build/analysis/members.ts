import type { Node } from "oxc-parser";
import type { Evaluator } from "./evaluate.ts";
import type { ModuleFacts } from "./module.ts";
import { keyName } from "./pattern.ts";
import { typeMember } from "./type-value.ts";
import { alternatives, type Site, union, unknown, type Value } from "./value.ts";

/** The value of a property; without a key, any property that a computed key could mean. */
export function memberOf(
  value: Value,
  key: string | undefined,
  module: ModuleFacts,
  evaluator: Evaluator,
): Value {
  return union(alternatives(value).map((one) => member(one, key, module, evaluator)));
}

/** The value of any element of a list. */
export function elementOf(value: Value): Value {
  return union(
    alternatives(value).map((one) =>
      one.kind === "collection" ? one.element : one.kind === "foreign" ? one : unknown,
    ),
  );
}

function member(value: Value, key: string | undefined, module: ModuleFacts, evaluator: Evaluator): Value {
  const guess = (): Value => (key === undefined ? unknown : evaluator.names.byName(key, module));
  switch (value.kind) {
    case "namespace":
      return key === undefined
        ? unknown
        : evaluator.valueOfOrigin(evaluator.graph.exported(value.module, key));
    case "object":
      return ofObject(value.site, key, evaluator) ?? guess();
    case "class":
    case "instance":
      return ofClass(value.site, key, value.kind === "class", evaluator) ?? guess();
    case "type":
      return (key === undefined ? undefined : typeMember(value.site, key, evaluator)) ?? guess();
    case "collection":
      return key === undefined || value.keyed || /^\d+$/.test(key) ? value.element : unknown;
    case "global":
      return key === undefined ? unknown : { kind: "global", name: `${value.name}.${key}` };
    case "foreign":
      return value;
    case "stepped":
    case "plain":
      return unknown;
    default:
      return guess();
  }
}

function ofObject(site: Site, key: string | undefined, evaluator: Evaluator): Value | undefined {
  const { node, module } = site;
  if (node.type !== "ObjectExpression") return undefined;
  if (key === undefined) {
    return union(
      node.properties.map((property) =>
        property.type === "SpreadElement"
          ? memberOf(evaluator.valueOf(property.argument, module), undefined, module, evaluator)
          : propertyValue(property, module, evaluator),
      ),
    );
  }
  for (const property of node.properties.toReversed()) {
    if (property.type === "SpreadElement") {
      const spread = evaluator.valueOf(property.argument, module);
      const inherited = alternatives(spread).map((one) =>
        one.kind === "object" ? ofObject(one.site, key, evaluator) : undefined,
      );
      if (inherited.some((one) => one !== undefined)) return union(inherited.map((one) => one ?? unknown));
    } else if (keyName(property.key, property.computed) === key)
      return propertyValue(property, module, evaluator);
  }
  return undefined;
}

function ofClass(
  site: Site,
  key: string | undefined,
  isStatic: boolean,
  evaluator: Evaluator,
): Value | undefined {
  const { node, module } = site;
  if (node.type !== "ClassDeclaration" && node.type !== "ClassExpression") return undefined;
  const assigned = isStatic || key === undefined ? [] : evaluator.names.assignedToThis(site, key);
  for (const one of node.body.body) {
    if (one.type !== "MethodDefinition" && one.type !== "PropertyDefinition") continue;
    if (key === undefined || one.static !== isStatic || keyName(one.key, one.computed) !== key) continue;
    const declared = propertyValue(one, module, evaluator);
    // Only assignments know what a field holds that has neither a value nor a type that tells.
    return declared.kind === "unknown" && assigned.length > 0
      ? union(assigned)
      : union([declared, ...assigned]);
  }
  if (assigned.length > 0) return union(assigned);
  if (!node.superClass) return undefined;
  const parent = evaluator.valueOf(node.superClass, module);
  return parent.kind === "class" ? ofClass(parent.site, key, isStatic, evaluator) : undefined;
}

/** The value that a property, method, accessor or field definition gives to its name. */
export function propertyValue(node: Node, module: ModuleFacts, evaluator: Evaluator): Value {
  if (node.type === "Property" || node.type === "MethodDefinition") {
    if (node.kind === "get") return evaluator.returns({ node: node.value, module });
    return node.kind === "set" ? unknown : evaluator.valueOf(node.value, module);
  }
  if (node.type === "PropertyDefinition") {
    if (node.value) return evaluator.valueOf(node.value, module);
    return evaluator.typeAt(node.key.start, module);
  }
  return unknown;
}
