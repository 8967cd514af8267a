import { type Addr, peek } from "../atomic/index.ts";

/** How a word is accessed: `atomic` through load, store and the like; `plain` through read and write. */
export type Access = "atomic" | "plain";

/** A field of a struct: a word, or an embedded struct. */
export type Field = Access | Layout<string>;

/** A declared struct: offsets of its fields in words, its size in words, and a printer. */
export interface Layout<Name extends string> {
  readonly name: string;
  /** Number that object headers carry, made from the name: the same in every thread. */
  readonly id: number;
  /** Words. */
  readonly size: number;
  /** Offset of each field, in words from the start of the struct. */
  readonly at: { readonly [F in Name]: number };
  /** Every field in order, embedded structs flattened (`resv.owner`). */
  readonly fields: readonly { readonly name: string; readonly at: number; readonly access: Access }[];
}

const byId = new Map<number, Layout<string>>();

/** 15 bits from a name, never 0: the coordinator and the workers load modules in different orders. */
function numberOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const letter of name) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 17) ^ (hash & 0x7fff) || 1;
}

/**
 * Declares a struct of the arena. Field order is memory order; each word takes one 32-bit slot.
 * Declaring the same name twice is an error, since object headers name structs by number.
 */
export function struct<const F extends Readonly<Record<string, Field>>>(
  name: string,
  fields: F,
): Layout<Extract<keyof F, string>> {
  const id = numberOf(name);
  const other = byId.get(id);
  if (other?.name === name) throw new Error(`struct ${name} is declared twice`);
  if (other !== undefined) throw new Error(`struct ${name}: rename it, its number is that of ${other.name}`);
  const at: Record<string, number> = {};
  const flat: { name: string; at: number; access: Access }[] = [];
  let size = 0;
  for (const [field, kind] of Object.entries(fields)) {
    at[field] = size;
    if (typeof kind === "string") {
      flat.push({ name: field, at: size, access: kind });
      size += 1;
    } else {
      for (const inner of kind.fields) {
        flat.push({ name: `${field}.${inner.name}`, at: size + inner.at, access: inner.access });
      }
      size += kind.size;
    }
  }
  const layout = { name, id, size, at, fields: flat } as unknown as Layout<Extract<keyof F, string>>;
  byId.set(id, layout);
  return layout;
}

/** The struct with this number, or undefined. */
export function structById(id: number): Layout<string> | undefined {
  return byId.get(id);
}

/** The name of the field that the word `offset` of a struct belongs to, or undefined outside it. */
export function fieldAt(layout: Layout<string>, offset: number): string | undefined {
  return layout.fields.find((field) => field.at === offset)?.name;
}

/** One line for debugging: `shmem@1200 { refcount: 1, ... }`. Reads memory without being a step. */
export function printStruct(layout: Layout<string>, addr: Addr): string {
  const words = layout.fields.map((field) => `${field.name}: ${peek(addr + field.at)}`);
  return `${layout.name}@${addr} { ${words.join(", ")} }`;
}
