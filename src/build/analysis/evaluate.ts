import type { Node } from "oxc-parser";
import { bindingValue } from "./bindings.ts";
import { callValue } from "./call-value.ts";
import { nearestThis } from "./enclosing.ts";
import type { Graph, Origin } from "./graph.ts";
import { elementOf, memberOf } from "./members.ts";
import type { ModuleFacts } from "./module.ts";
import { Names } from "./names.ts";
import { keyName } from "./pattern.ts";
import { isFunction, isGenerator, returnedExpressions } from "./returns.ts";
import { stepResult, typeValue } from "./type-value.ts";
import { alternatives, type Site, union, unknown, type Value, valueKey } from "./value.ts";

/**
 * Answers what an expression can hold, across modules. It follows names, imports, object literals, classes,
 * annotations, and arguments to the parameters they arrive in; where it cannot follow, it says `unknown`.
 */
export class Evaluator {
  readonly graph: Graph;
  readonly names: Names;
  /** What visible calls pass, by function and parameter. */
  readonly #passed = new Map<Node, Map<number, Value>>();
  readonly #active = new Set<Node>();
  readonly #known = new Map<Node, Value>();

  constructor(graph: Graph) {
    this.graph = graph;
    this.names = new Names(this);
  }

  /** Notes that some call passes `value` as parameter `index`; true if that is news, which `settle` spreads. */
  pass(target: Node, index: number, value: Value): boolean {
    const parameters = this.#passed.get(target) ?? new Map<number, Value>();
    const before = parameters.get(index);
    const after = before ? union([before, value]) : value;
    if (before && valueKey(before) === valueKey(after)) return false;
    this.#passed.set(target, parameters.set(index, after));
    return true;
  }

  /** Drops conclusions that were drawn before the last parameters became known. */
  settle(): void {
    this.#known.clear();
    this.names.forget();
  }

  /** What visible calls pass as a parameter; nothing if there are none. */
  passedTo(target: Node, index: number): Value | undefined {
    return this.#passed.get(target)?.get(index);
  }

  /** Whether calls of a parameter are judged as stepped calls. */
  parameterIsStepped(target: Node, index: number): boolean {
    const passed = this.passedTo(target, index);
    return passed !== undefined && alternatives(passed).some(({ kind }) => kind === "stepped");
  }

  /** What the expression (or declaration) at a site can hold. */
  valueOf(node: Node, module: ModuleFacts): Value {
    const known = this.#known.get(node);
    if (known) return known;
    if (this.#active.has(node)) return unknown;
    this.#active.add(node);
    const value = this.#evaluate(node, module);
    this.#active.delete(node);
    // Inside a cycle the answer depends on where the question started, so only whole answers are kept.
    if (this.#active.size === 0) this.#known.set(node, value);
    return value;
  }

  /** What an import or export turned out to be. */
  valueOfOrigin(origin: Origin): Value {
    if (origin === undefined) return unknown;
    if (origin === "foreign") return { kind: "foreign" };
    if (!("node" in origin)) return { kind: "namespace", module: origin.module };
    return this.valueOf(origin.node, origin.module);
  }

  /** What the annotation of the name that starts at `offset` says. */
  typeAt(offset: number, module: ModuleFacts): Value {
    const annotation = module.types.annotated.get(offset);
    return annotation ? typeValue(annotation, module, this) : unknown;
  }

  /** What a call of the function at `site` gives; for a stepped one, what `yield*` of the call gives. */
  returns(site: Site): Value {
    const { node, module } = site;
    if (!isFunction(node) || node.body === null) return unknown;
    const annotation = module.types.returned.get(node.body.start);
    const typed = annotation
      ? typeValue(node.generator ? stepResult(annotation) : annotation, module, this)
      : unknown;
    if (typed.kind !== "unknown") return typed;
    return union(returnedExpressions(node).map((expression) => this.valueOf(expression, module)));
  }

  #evaluate(node: Node, module: ModuleFacts): Value {
    const site = { node, module };
    if (isFunction(node)) return functionValue(site);
    switch (node.type) {
      case "Identifier": {
        const binding = module.scopes.bindingOf(node);
        if (binding) return bindingValue(binding, module, this);
        // Any other free name is promised by somebody's types, and may be anything.
        return node.name !== "undefined" && node.name in globalThis
          ? { kind: "global", name: node.name }
          : unknown;
      }
      case "ClassDeclaration":
      case "ClassExpression":
        return { kind: "class", site };
      case "ObjectExpression":
        return { kind: "object", site };
      case "ArrayExpression":
        return {
          kind: "collection",
          keyed: false,
          element: union(node.elements.map((one) => this.#element(one, module))),
        };
      case "ConditionalExpression":
        return union([this.valueOf(node.consequent, module), this.valueOf(node.alternate, module)]);
      case "LogicalExpression":
        return union(
          (node.operator === "&&" ? [node.right] : [node.left, node.right]).map((one) =>
            this.valueOf(one, module),
          ),
        );
      case "SequenceExpression":
        return this.valueOf(node.expressions.at(-1) ?? node, module);
      case "AssignmentExpression":
        return this.valueOf(node.right, module);
      case "ChainExpression":
        return this.valueOf(node.expression, module);
      case "ThisExpression":
        return nearestThis(node, module);
      case "MemberExpression": {
        const object =
          node.object.type === "Super" ? this.#superOf(node, module) : this.valueOf(node.object, module);
        return memberOf(object, keyName(node.property, node.computed), module, this);
      }
      case "NewExpression":
        return union(
          alternatives(this.valueOf(node.callee, module)).map((one) =>
            one.kind === "class" ? { kind: "instance", site: one.site } : unknown,
          ),
        );
      case "CallExpression":
        return union(
          alternatives(this.valueOf(node.callee, module)).map((one) => callValue(one, node, module, this)),
        );
      case "YieldExpression":
        return node.delegate && node.argument ? this.valueOf(node.argument, module) : unknown;
      case "TSTypeAliasDeclaration":
        return typeValue(node.typeAnnotation, module, this);
      case "TSInterfaceDeclaration":
        return typeValue(node, module, this);
      default:
        return unknown;
    }
  }

  #element(node: Node | null, module: ModuleFacts): Value {
    if (node === null) return unknown;
    return node.type === "SpreadElement"
      ? elementOf(this.valueOf(node.argument, module))
      : this.valueOf(node, module);
  }

  #superOf(node: Node, module: ModuleFacts): Value {
    const here = nearestThis(node, module);
    const owner = here.kind === "instance" || here.kind === "class" ? here.site.node : undefined;
    if (owner === undefined || !("superClass" in owner) || !owner.superClass) return unknown;
    const parent = this.valueOf(owner.superClass, module);
    return parent.kind === "class" && here.kind === "instance"
      ? { kind: "instance", site: parent.site }
      : parent;
  }
}

function functionValue(site: Site): Value {
  // Generators of files that are never erased are real ones, and calling them is an ordinary call.
  const stepped = isGenerator(site.node) && site.module.role !== "outside";
  return { kind: stepped ? "stepped" : "plain", sure: true, site };
}
