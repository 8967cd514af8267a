import { peek } from "#shared/atomic/index";
import { HEADER } from "#shared/memory/heap";
import { layoutOf, objectsOf } from "#shared/memory/object";
import type { Layout } from "#shared/memory/struct";
import { structById } from "#shared/memory/struct";
import { structNames } from "./lock-names.ts";

/** Words that `packObjects` writes for each object. */
const PACKED = 3;

/** An object of a world, alive or freed: where it is from the start of the heap, in words, and what it is. */
export interface WorldObject {
  readonly at: number;
  readonly words: number;
  /** Undefined for words that are no declared struct. */
  readonly layout: Layout<string> | undefined;
  /** Its struct and its number among those of its kind, from 1: `shmem#2`. */
  readonly name: string;
}

/**
 * Every object ever allocated in a world that never reuses memory, in a form that can be sent to another thread: its
 * place, its size, the number of its struct. The door has to be bound to the arena.
 */
export function packObjects(heap: number): Int32Array {
  const found = objectsOf(heap);
  const packed = new Int32Array(found.length * PACKED);
  for (const [index, object] of found.entries()) {
    packed[index * PACKED] = object - heap;
    packed[index * PACKED + 1] = peek(object + HEADER.KIND) & 0xffff;
    packed[index * PACKED + 2] = layoutOf(object)?.id ?? 0;
  }
  return packed;
}

/** The objects again, with names. Structs are found by number: their modules have to be loaded in this thread. */
export function unpackObjects(packed: Int32Array): WorldObject[] {
  const numbers = new Map<string, number>();
  return Array.from({ length: packed.length / PACKED }, (_, index) => {
    const [at = 0, words = 0, id = 0] = packed.subarray(index * PACKED, (index + 1) * PACKED);
    const layout = structById(id);
    const struct = layout === undefined ? "words" : (structNames[layout.name] ?? layout.name);
    const number = (numbers.get(struct) ?? 0) + 1;
    numbers.set(struct, number);
    return { at, words, layout, name: struct === "device" ? struct : `${struct}#${number}` };
  });
}
