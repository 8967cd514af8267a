import type { Layout } from "#shared/memory/struct";
import type { LockType } from "../record/lock-trace.ts";

/** A lock in a struct, told by its fields. */
export interface LockField {
  /** Words from the start of the struct: the address by which the lock is recorded. */
  readonly at: number;
  readonly type: LockType;
  /** Where it is: `base.ownResv.lock`; "" where the struct is the lock. */
  readonly path: string;
  /** Name of the lock's first word. */
  readonly field: string;
}

const known = new WeakMap<Layout<string>, readonly LockField[]>();

/** The locks of a struct, embedded ones too. */
export function locksOf(layout: Layout<string>): readonly LockField[] {
  let found = known.get(layout);
  if (found === undefined) {
    const names = new Set(layout.fields.map(({ name }) => name));
    found = layout.fields.flatMap(({ name, at }) => lockAt(name, at, names) ?? []);
    known.set(layout, found);
  }
  return found;
}

/** Where the object's own references are counted, or undefined: the field that is called so, the outermost first. */
export function counterOf(layout: Layout<string>): number | undefined {
  const counters = layout.fields.filter(({ name }) => /(?:^|\.)(?:refcount|kref|refs)$/.test(name));
  return counters.sort((a, b) => depth(a.name) - depth(b.name))[0]?.at;
}

const depth = (name: string): number => name.split(".").length;

function lockAt(name: string, at: number, names: ReadonlySet<string>): LockField | undefined {
  const [, prefix = "", last = ""] = /^(.*\.)?(\w+)$/.exec(name) ?? [];
  const has = (field: string, of = prefix): boolean => names.has(`${of}${field}`);
  const lock = (type: LockType, path = prefix): LockField => ({
    at,
    type,
    path: path.replace(/\.$/, ""),
    field: name,
  });
  if (last === "count" && has("waitLock") && has("writer")) return lock("rwsem");
  if (last === "lockdepMap") return lock("map");
  if (last !== "owner") return undefined;
  if (!has("waitLock")) {
    // A spinlock is its owner and nothing else.
    const alone = [...names].filter((other) => other.startsWith(prefix)).length === 1;
    return alone ? lock("spinlock") : undefined;
  }
  const outer = prefix.replace(/base\.$/, "");
  return outer !== prefix && has("ctx", outer) && has("wwClass", outer)
    ? lock("ww_mutex", outer)
    : lock("mutex");
}
