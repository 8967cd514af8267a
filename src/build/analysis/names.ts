import type { Node } from "oxc-parser";
import { walk } from "../walk.ts";
import { nearestThis } from "./enclosing.ts";
import type { Evaluator } from "./evaluate.ts";
import { propertyValue } from "./members.ts";
import type { ModuleFacts } from "./module.ts";
import { keyName } from "./pattern.ts";
import { signatureValue } from "./type-value.ts";
import { alternatives, callability, type Site, union, unknown, type Value } from "./value.ts";

// Method names of the language itself. `list.push(1)` on a list nobody can see the making of must not be
// taken for the stepped `push` of some class, so these names prove nothing about an unknown receiver.
const builtIn = new Set(
  [
    Array,
    String,
    Map,
    Set,
    WeakMap,
    Promise,
    RegExp,
    Date,
    Int32Array,
    BigInt,
    Number,
    Symbol,
    Function,
    Object,
    DataView,
  ]
    .flatMap(({ prototype }) => [prototype, Object.getPrototypeOf(prototype) as object])
    .concat([
      Array.prototype.values(),
      new Map().values(),
      Object.getPrototypeOf(function* () {}.prototype) as object,
    ])
    .flatMap((prototype) => prototypeNames(prototype)),
);

function prototypeNames(prototype: object | null): string[] {
  return prototype
    ? [
        ...Object.getOwnPropertyNames(prototype),
        ...prototypeNames(Object.getPrototypeOf(prototype) as object | null),
      ]
    : [];
}

/** What a property's name alone says, when the object it is asked of is not known. */
export class Names {
  readonly #evaluator: Evaluator;
  readonly #definitions = new Map<ModuleFacts, Map<string, Node[]>>();
  #known = new Map<string, Value>();
  #active = new Set<string>();

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator;
  }

  /** Drops conclusions that new facts about parameters may have changed. */
  forget(): void {
    this.#known.clear();
  }

  /**
   * The values that properties of this name are defined to have: in the asking module and those it imports
   * if they define it, else in every module read. Where definitions disagree about being stepped, nothing
   * is concluded.
   */
  byName(name: string, module: ModuleFacts): Value {
    if (builtIn.has(name)) return unknown;
    const key = `${module.file} ${name}`;
    const known = this.#known.get(key);
    if (known) return known;
    if (this.#active.has(key)) return unknown;
    this.#active.add(key);
    const near = this.#defined(name, [module, ...this.#evaluator.graph.neighbours(module)]);
    const all = near.length > 0 ? near : this.#defined(name, this.#evaluator.graph.modules());
    const value = guessed(union(all));
    this.#active.delete(key);
    if (this.#active.size === 0) this.#known.set(key, value);
    return value;
  }

  /** What the code of a class assigns to `this.<key>` of its instances. */
  assignedToThis({ node, module }: Site, key: string): Value[] {
    return (this.#of(module).get(key) ?? []).flatMap((one) => {
      if (one.type !== "AssignmentExpression" || one.left.type !== "MemberExpression") return [];
      if (one.left.object.type !== "ThisExpression") return [];
      const owner = nearestThis(one.left.object, module);
      const own = owner.kind === "instance" && owner.site.node === node;
      return own ? [this.#evaluator.valueOf(one.right, module)] : [];
    });
  }

  #defined(name: string, modules: readonly ModuleFacts[]): Value[] {
    return [...new Set(modules)]
      .filter(({ role }) => role !== "outside")
      .flatMap((module) => (this.#of(module).get(name) ?? []).map((node) => this.#value(node, module)))
      .filter(({ kind }) => kind !== "unknown");
  }

  #value(node: Node, module: ModuleFacts): Value {
    if (node.type === "AssignmentExpression") return this.#evaluator.valueOf(node.right, module);
    if (node.type.startsWith("TS")) return signatureValue(node, module, this.#evaluator);
    return propertyValue(node, module, this.#evaluator);
  }

  #of(module: ModuleFacts): Map<string, Node[]> {
    const known = this.#definitions.get(module);
    if (known) return known;
    const found = new Map<string, Node[]>();
    const note = (name: string | undefined, node: Node): void => {
      if (name !== undefined) found.set(name, [...(found.get(name) ?? []), node]);
    };
    walk(module.program, (node) => {
      if (node.type === "MethodDefinition" || node.type === "PropertyDefinition")
        note(keyName(node.key, node.computed), node);
      if (node.type === "ObjectExpression") {
        for (const one of node.properties)
          if (one.type === "Property") note(keyName(one.key, one.computed), one);
      }
      if (node.type === "AssignmentExpression" && node.left.type === "MemberExpression") {
        note(keyName(node.left.property, node.left.computed), node);
      }
    });
    for (const node of module.types.members)
      if ("key" in node && "computed" in node) note(keyName(node.key, node.computed), node);
    this.#definitions.set(module, found);
    return found;
  }
}

function guessed(value: Value): Value {
  const unsure = alternatives(value).map((one) => ("sure" in one ? { ...one, sure: false } : one));
  const all = union(unsure);
  return callability(all).is === "unknown" && alternatives(all).some(({ kind }) => kind === "stepped")
    ? unknown
    : all;
}
