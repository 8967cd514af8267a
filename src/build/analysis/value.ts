import type { Node } from "oxc-parser";
import type { ModuleFacts } from "./module.ts";

/** A node together with the module it stands in. */
export interface Site {
  readonly node: Node;
  readonly module: ModuleFacts;
}

/** What an expression can hold, as far as it matters to the question "is calling this a stepped call?". */
export type Value =
  /** A generator function. `sure` is false where only the property's name says so. */
  | { readonly kind: "stepped"; readonly sure: boolean; readonly site?: Site }
  /** A function that is no generator. */
  | { readonly kind: "plain"; readonly sure: boolean; readonly site?: Site }
  | { readonly kind: "object" | "class" | "instance" | "type"; readonly site: Site }
  | { readonly kind: "namespace"; readonly module: ModuleFacts }
  /** An array or a record whose members are all reached by a computed key. */
  | { readonly kind: "collection"; readonly element: Value; readonly keyed: boolean }
  /** A name of the language or platform, such as `Object.values`. */
  | { readonly kind: "global"; readonly name: string }
  /** Something of another package: never erased, so never stepped. */
  | { readonly kind: "foreign" }
  | { readonly kind: "union"; readonly of: readonly Value[] }
  | { readonly kind: "unknown" };

/** Nothing is known. */
export const unknown: Value = { kind: "unknown" };

/** The values one value stands for. */
export function alternatives(value: Value): readonly Value[] {
  return value.kind === "union" ? value.of : [value];
}

/** Either of several values; equal ones count once. */
export function union(values: readonly Value[]): Value {
  const distinct = new Map<string, Value>();
  for (const value of values.flatMap(alternatives)) distinct.set(valueKey(value), value);
  const all = [...distinct.values()];
  const [only] = all;
  return only === undefined ? unknown : all.length === 1 ? only : { kind: "union", of: all };
}

/** A text that two values share exactly if they are the same. */
export function valueKey(value: Value): string {
  switch (value.kind) {
    case "stepped":
    case "plain":
      return `${value.kind} ${value.sure} ${value.site ? siteKey(value.site) : ""}`;
    case "object":
    case "class":
    case "instance":
    case "type":
      return `${value.kind} ${siteKey(value.site)}`;
    case "namespace":
      return `namespace ${value.module.file}`;
    case "collection":
      return `collection ${value.keyed} ${valueKey(value.element)}`;
    case "global":
      return `global ${value.name}`;
    case "union":
      return `union ${value.of.map(valueKey).join()}`;
    default:
      return value.kind;
  }
}

function siteKey({ node, module }: Site): string {
  return `${module.file}:${node.type}:${node.start}:${node.end}`;
}

/** How calling a value behaves: as a stepped call, as an ordinary one, as either, or nobody knows. */
export interface Callability {
  readonly is: "stepped" | "plain" | "mixed" | "unknown";
  /** Known from a definition, not guessed from a property's name. */
  readonly sure: boolean;
}

/** Judges what a call of `value` would be. */
export function callability(value: Value): Callability {
  const all = alternatives(value);
  const stepped = all.filter(({ kind }) => kind === "stepped");
  const open = all.some(({ kind }) =>
    ["unknown", "object", "instance", "namespace", "collection", "type"].includes(kind),
  );
  const plain =
    all.length - stepped.length > 0 &&
    all.some(({ kind }) => ["plain", "class", "global", "foreign"].includes(kind));
  const sure = all.every((one) => !("sure" in one) || one.sure);
  if (stepped.length > 0)
    return plain ? { is: sure ? "mixed" : "unknown", sure } : { is: "stepped", sure: sure && !open };
  return plain && !open ? { is: "plain", sure } : { is: "unknown", sure: false };
}
