import type { Node } from "oxc-parser";
import { children } from "../walk.ts";
import { type Identifier, type PathStep, patternNames } from "./pattern.ts";

/** One declared name and everything needed to say what it can hold. */
export interface Binding {
  readonly name: string;
  readonly kind: "import" | "function" | "class" | "variable" | "parameter" | "catch";
  /** The identifier that declares it. */
  readonly id: Identifier;
  /** What declares it: an import specifier, a function (of a parameter too), a class, a declarator, a clause. */
  readonly owner: Node;
  /** The way from the declared value to this name, through a destructuring pattern. */
  readonly path: readonly PathStep[];
  /** Which parameter of `owner` it belongs to. */
  readonly index: number;
  /** Assignments to it, other than its initial value. */
  readonly writes: Node[];
}

/** Which declaration each identifier of a module means. */
export interface Scopes {
  /** The binding an identifier declares or refers to; nothing for a global, a property name or a label. */
  bindingOf(identifier: Node): Binding | undefined;
  /** A name of the module's own top level. */
  topLevel(name: string): Binding | undefined;
}

class Scope {
  readonly names = new Map<string, Binding>();
  readonly outer: Scope | undefined;
  /** Where `var` ends up. */
  readonly hoist: Scope;

  constructor(outer: Scope | undefined, isFunction: boolean) {
    this.outer = outer;
    this.hoist = isFunction || outer === undefined ? this : outer.hoist;
  }

  find(name: string): Binding | undefined {
    return this.names.get(name) ?? this.outer?.find(name);
  }
}

const blocks = new Set<Node["type"]>([
  "BlockStatement",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "SwitchStatement",
]);

/** Resolves every identifier of a module (types stripped, so only values have names). */
export function resolveScopes(program: Node): Scopes {
  const bindings = new Map<Node, Binding>();
  const references: { identifier: Identifier; scope: Scope; write: Node | undefined }[] = [];
  const top = new Scope(undefined, true);

  const declare = (scope: Scope, kind: Binding["kind"], owner: Node, pattern: Node, index = 0): void => {
    for (const { id, path } of patternNames(pattern)) {
      const known = scope.names.get(id.name);
      // The same name again (`var`, a function over a `var`) is one more value of one binding.
      known?.writes.push(owner);
      const binding = known ?? { name: id.name, kind, id, owner, path, index, writes: [] };
      scope.names.set(id.name, binding);
      bindings.set(id, binding);
    }
    expressionsIn(pattern, scope);
  };

  /** Defaults and computed keys of a pattern are ordinary expressions. */
  const expressionsIn = (pattern: Node, scope: Scope): void => {
    if (pattern.type === "Identifier") return;
    if (pattern.type === "AssignmentPattern") {
      expressionsIn(pattern.left, scope);
      visit(pattern.right, scope);
    } else if (pattern.type === "Property") {
      if (pattern.computed) visit(pattern.key, scope);
      expressionsIn(pattern.value, scope);
    } else {
      for (const { child } of children(pattern)) expressionsIn(child, scope);
    }
  };

  const assign = (target: Node, scope: Scope, write: Node): void => {
    if (target.type === "Identifier") references.push({ identifier: target, scope, write });
    else if (target.type === "AssignmentPattern") {
      assign(target.left, scope, write);
      visit(target.right, scope);
    } else if (target.type === "Property") {
      if (target.computed) visit(target.key, scope);
      assign(target.value, scope, write);
    } else if (["ObjectPattern", "ArrayPattern", "RestElement"].includes(target.type)) {
      for (const { child } of children(target)) assign(child, scope, write);
    } else visit(target, scope);
  };

  const visitAll = (node: Node, scope: Scope, except: readonly string[] = []): void => {
    for (const { key, child } of children(node)) if (!except.includes(key)) visit(child, scope);
  };

  const visitFunction = (
    node: Extract<Node, { params: unknown; body: unknown }>,
    scope: Scope,
    ownName: Identifier | null,
  ): void => {
    const inner = new Scope(scope, true);
    if (ownName) declare(inner, "function", node, ownName);
    node.params.forEach((parameter, index) => {
      declare(inner, "parameter", node, parameter, index);
    });
    if (node.body) visit(node.body, inner);
  };

  const visit = (node: Node, scope: Scope): void => {
    switch (node.type) {
      case "ImportDeclaration":
        for (const specifier of node.specifiers) declare(scope, "import", specifier, specifier.local);
        return;
      case "FunctionDeclaration":
        if (node.id) declare(scope, "function", node, node.id);
        visitFunction(node, scope, null);
        return;
      case "FunctionExpression":
        visitFunction(node, scope, node.id);
        return;
      case "ArrowFunctionExpression":
        visitFunction(node, scope, null);
        return;
      case "ClassDeclaration":
      case "ClassExpression": {
        const inner = node.type === "ClassDeclaration" ? scope : new Scope(scope, false);
        if (node.id) declare(inner, "class", node, node.id);
        if (node.superClass) visit(node.superClass, inner);
        visit(node.body, inner);
        return;
      }
      case "VariableDeclaration":
        for (const declarator of node.declarations) {
          declare(node.kind === "var" ? scope.hoist : scope, "variable", declarator, declarator.id);
          if (declarator.init) visit(declarator.init, scope);
        }
        return;
      case "CatchClause": {
        const inner = new Scope(scope, false);
        if (node.param) declare(inner, "catch", node, node.param);
        visit(node.body, inner);
        return;
      }
      case "StaticBlock":
        visitAll(node, new Scope(scope, true));
        return;
      case "AssignmentExpression":
        assign(node.left, scope, node);
        visit(node.right, scope);
        return;
      case "UpdateExpression":
        assign(node.argument, scope, node);
        return;
      case "ForInStatement":
      case "ForOfStatement": {
        const inner = new Scope(scope, false);
        if (node.left.type === "VariableDeclaration") visit(node.left, inner);
        else assign(node.left, inner, node);
        visit(node.right, inner);
        visit(node.body, inner);
        return;
      }
      case "MemberExpression":
        visit(node.object, scope);
        if (node.computed) visit(node.property, scope);
        return;
      case "Property":
      case "MethodDefinition":
      case "PropertyDefinition":
      case "AccessorProperty":
        if (node.computed) visit(node.key, scope);
        if (node.value) visit(node.value, scope);
        return;
      case "ExportNamedDeclaration":
        if (node.declaration) visit(node.declaration, scope);
        if (!node.source) for (const specifier of node.specifiers) visit(specifier.local, scope);
        return;
      case "ExportAllDeclaration":
      case "MetaProperty":
      case "BreakStatement":
      case "ContinueStatement":
        return;
      case "LabeledStatement":
        visit(node.body, scope);
        return;
      case "Identifier":
        references.push({ identifier: node, scope, write: undefined });
        return;
      default:
        visitAll(node, blocks.has(node.type) ? new Scope(scope, false) : scope);
    }
  };

  visitAll(program, top);
  for (const { identifier, scope, write } of references) {
    const binding = scope.find(identifier.name);
    if (binding === undefined) continue;
    bindings.set(identifier, binding);
    if (write) binding.writes.push(write);
  }
  return { bindingOf: (identifier) => bindings.get(identifier), topLevel: (name) => top.names.get(name) };
}
