import type { LockType } from "../record/lock-trace.ts";
import { counterOf, type LockField, locksOf } from "./lock-layout.ts";
import { placeName } from "./lock-names.ts";
import type { WorldObject } from "./world-objects.ts";

/** The ww class of reservation locks, whose mutexes lockdep calls `reservation_ww_class_mutex`. @kernel drivers/dma-buf/dma-resv.c */
export const RESERVATION_CLASS = "reservation_ww_class";

/** A lock of a world, as lockdep is told of it. */
export interface LockFacts {
  readonly name: string;
  readonly class: string;
  readonly type: LockType;
  readonly object: WorldObject;
}

/** Classes that the kernel's own locks are known by, short. */
const classNames: Readonly<Record<string, string>> = {
  lruLock: "gem_lru",
  objectNameLock: "object_name_lock",
  tableLock: "table_lock",
  deferredLock: "deferred_lock",
  shrinkerLock: "shrinker_lock",
  mappingsLock: "mappings.lock",
  vmLock: "vm_lock",
  fenceMap: "dma_fence_map",
};

/** Names, classes and types of the locks of one world. Addresses are words from the start of its heap. */
export class WorldLocks {
  readonly #objects: readonly WorldObject[];
  readonly #known = new Map<number, LockFacts>();

  constructor(objects: readonly WorldObject[]) {
    this.#objects = objects;
  }

  /** The object that a word is in. */
  objectAt(at: number): WorldObject | undefined {
    let low = 0;
    let high = this.#objects.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#objects[middle] as WorldObject).at <= at) low = middle + 1;
      else high = middle;
    }
    const object = this.#objects[low - 1];
    return object !== undefined && at < object.at + object.words ? object : undefined;
  }

  /** The lock at that word. One that is in no declared struct is a mutex, and a class, of its own. */
  lockAt(at: number): LockFacts {
    let facts = this.#known.get(at);
    if (facts === undefined) {
      facts = this.#describe(at);
      this.#known.set(at, facts);
    }
    return facts;
  }

  /** All locks that live in an object. */
  locksIn(object: WorldObject): LockFacts[] {
    if (object.layout === undefined) return [];
    return locksOf(object.layout).map(({ at }) => this.lockAt(object.at + at));
  }

  /** The object whose references the word counts; undefined where that decides about no lock. */
  countedAt(at: number): WorldObject | undefined {
    const object = this.objectAt(at);
    if (object?.layout === undefined || !isCounted(object)) return undefined;
    return counterOf(object.layout) === at - object.at ? object : undefined;
  }

  /** The ww class at that word, by name. */
  wwClassAt(at: number): string {
    const object = this.objectAt(at);
    const field = object?.layout?.fields.find((one) => one.at === at - object.at)?.name ?? "";
    return /(?:^|\.)resvClass\./.test(field) ? RESERVATION_CLASS : "ww_class";
  }

  /** The name of an acquire context. */
  contextAt(at: number): string {
    const object = this.objectAt(at);
    return object === undefined || object.at !== at ? `context ${at}` : object.name;
  }

  #describe(at: number): LockFacts {
    const object = this.objectAt(at) ?? { at, words: 1, layout: undefined, name: `word ${at}` };
    const found = object.layout && locksOf(object.layout).find((lock) => lock.at === at - object.at);
    if (found === undefined || object.layout === undefined) {
      const name = object.words === 1 ? object.name : `${object.name}[${at - object.at}]`;
      return { name, class: name, type: "mutex", object };
    }
    const shown = object.name === "device" ? "" : object.name;
    const isAll = found.path === "";
    const name = placeName(found.field, shown, isAll) || `${found.path} of ${object.name}`;
    return { name, class: classOf(found, object), type: found.type, object };
  }
}

/** Whether the object's references say who can reach its locks. */
export function isCounted({ layout }: WorldObject): boolean {
  return layout !== undefined && counterOf(layout) !== undefined && locksOf(layout).length > 0;
}

/**
 * The class of a lock: a field of a struct is one class, since all of its locks are initialised by one line of code;
 * a lock that is a member of nothing is a class of its own, as a static one is. All ww mutexes that are no
 * reservations are of one class.
 */
function classOf({ type, path }: LockField, { layout, name }: WorldObject): string {
  if (type === "ww_mutex") {
    const sibling = path.replace(/[^.]*$/, "fence0");
    return layout?.fields.some((field) => field.name === sibling) === true ? RESERVATION_CLASS : "ww_class";
  }
  if (path === "") return name;
  return classNames[path] ?? `&${layout?.name}->${path}`;
}
