import { peek } from "#shared/atomic/index";
import { HEADER } from "#shared/memory/heap";
import { layoutOf, objectsOf } from "#shared/memory/object";

/** Short names of structs. */
export const structNames: Readonly<Record<string, string>> = {
  drm_gem_shmem_object: "shmem",
  drm_device: "device",
  drm_gem_object: "gem",
};
/** Short names of the embedded locks and counters that people know by name. */
const fieldNames: readonly (readonly [RegExp, string])[] = [
  [/^base\.ownResv\.lock.*/, "resv"],
  [/^base\.refcount$/, "refcount"],
  [/^lruLock.*/, "gem_lru"],
  [/^objectNameLock.*/, "object_name_lock"],
  [/^tableLock.*/, "table_lock"],
  [/^(?:base\.)?owner$/, ""],
];

/**
 * The name of a word of a world: `resv of shmem#1`, `gem_lru`, `ww_mutex#2`. `heap` is the world's. Objects are
 * numbered in the order they were allocated, from 1, each kind by itself. The door has to be bound to the arena.
 */
export function nameOf(heap: number, addr: number): string {
  if (addr === 0) return "nothing";
  const numbers = new Map<string, number>();
  for (const object of objectsOf(heap)) {
    const layout = layoutOf(object);
    const struct = layout === undefined ? "words" : (structNames[layout.name] ?? layout.name);
    const number = (numbers.get(struct) ?? 0) + 1;
    numbers.set(struct, number);
    const size = peek(object + HEADER.KIND) & 0xffff;
    if (addr < object || addr >= object + size) continue;
    const name = struct === "device" ? "" : `${struct}#${number}`;
    const field = layout?.fields.find(({ at }) => at === addr - object)?.name;
    // Words that are no struct are told apart by their place.
    if (layout === undefined) return size === 1 ? name : `${name}[${addr - object}]`;
    return placeName(field, name, addr === object) || `${struct}#${number}`;
  }
  return `word ${addr}`;
}

/** The name of a field of an object that is called `name`; "" where there is nothing to tell it by. */
export function placeName(field: string | undefined, name: string, isStart: boolean): string {
  const short = field === undefined ? undefined : fieldNames.find(([pattern]) => pattern.test(field));
  if (short !== undefined) return [short[1], name].filter((part) => part !== "").join(" of ");
  if (isStart || field === undefined) return name;
  // An embedded lock is known by its own name, not by that of its first word.
  return [field.replace(/\.(?:base\.)?(?:owner|count)$/, ""), name]
    .filter((part) => part !== "")
    .join(" of ");
}
