import type { Node } from "oxc-parser";

/** Any identifier: a reference, a declaration, a property name. */
export type Identifier = Extract<Node, { type: "Identifier" }>;

/** One step of destructuring: a property, an element of a list, the rest of either, or something unnamed. */
export type PathStep =
  | { readonly property: string }
  | { readonly element: number }
  | { readonly rest: true }
  | { readonly other: true };

/** The names a pattern declares, each with the way to it from the value that is taken apart. */
export function patternNames(
  pattern: Node,
  path: readonly PathStep[] = [],
): { readonly id: Identifier; readonly path: readonly PathStep[] }[] {
  switch (pattern.type) {
    case "Identifier":
      return [{ id: pattern, path }];
    case "AssignmentPattern":
      return patternNames(pattern.left, path);
    case "RestElement":
      return patternNames(pattern.argument, [...path, { rest: true }]);
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        property.type === "RestElement"
          ? patternNames(property, path)
          : patternNames(property.value, [...path, stepOf(property.key, property.computed)]),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((element, index) =>
        element
          ? patternNames(element, element.type === "RestElement" ? path : [...path, { element: index }])
          : [],
      );
    default:
      return [];
  }
}

function stepOf(key: Node, computed: boolean): PathStep {
  const name = keyName(key, computed);
  return name === undefined ? { other: true } : { property: name };
}

/** The name a property key stands for, if it can be told without running the program; `#x` keeps its hash. */
export function keyName(key: Node, computed: boolean): string | undefined {
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  if (key.type === "Identifier") return computed ? undefined : key.name;
  if (key.type === "Literal") return String(key.value);
  if (key.type === "TemplateLiteral" && key.expressions.length === 0)
    return key.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}
