import type { ClassView, TracePlace } from "../record/lockdep-record.ts";
import type { Dependency } from "./graph.ts";
import { usageCharacters } from "./usage.ts";
import type { TypeFacts } from "./wait-type.ts";

/** A class of locks: a node of the dependency graph. @kernel include/linux/lockdep_types.h: struct lock_class */
export interface LockClass {
  readonly id: number;
  /** As reports print it. */
  readonly name: string;
  readonly subclass: number;
  readonly facts: TypeFacts;
  /** Bits of `usage.ts`. */
  usage: number;
  /** Where each bit was first set. */
  readonly firstUse: (TracePlace | undefined)[];
  readonly after: Map<LockClass, Dependency>;
  readonly before: Map<LockClass, Dependency>;
  /** The search that came here last, and the last one that came here by a path that is strong whatever follows. */
  visited: number;
  visitedStrong: number;
}

/** All classes that were used. @kernel kernel/locking/lockdep.c: register_lock_class() */
export class Classes {
  readonly all: LockClass[] = [];
  readonly #byKey = new Map<string, LockClass>();

  /** The class of that name and subclass. The first lock of a class decides on its wait types, as in the kernel. */
  register(key: string, name: string, subclass: number, facts: TypeFacts): LockClass {
    const full = `${subclass} ${key}`;
    const known = this.#byKey.get(full);
    if (known !== undefined) return known;
    const made: LockClass = {
      id: this.all.length,
      name: subclass === 0 ? name : `${name}/${subclass}`,
      subclass,
      facts,
      usage: 0,
      firstUse: [],
      after: new Map(),
      before: new Map(),
      visited: 0,
      visitedStrong: 0,
    };
    this.all.push(made);
    this.#byKey.set(full, made);
    return made;
  }

  /** Forgets all. @kernel kernel/locking/lockdep.c: lockdep_reset() */
  clear(): void {
    this.all.length = 0;
    this.#byKey.clear();
  }
}

/** A class as reports show it. @kernel kernel/locking/lockdep.c: print_lock_name() */
export function viewOf({ name, usage, facts }: LockClass): ClassView {
  return { name, usage: usageCharacters(usage), wait: `${facts.outer}:${facts.inner}` };
}
