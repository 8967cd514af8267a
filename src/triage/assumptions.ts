import { UsageError } from "../record/usage-error.ts";
import { isNamed } from "./lock-nature.ts";

/** What a user may assume, and what it means. */
export const assumable = {
  exclusive: "the lock belongs to an object that only the freeing task can reach",
  shared: "the lock is reachable through other objects too",
  distinct: "the two sides take different instances that are always taken in one order",
  gate: "everybody who nests these locks holds this one too, exclusively",
  "init-only": "this order of locks is only ever taken before anybody else can take them",
  "run-time": "this order of locks is taken at run time too",
  trylock: "the lock is only tried for, never waited for",
} as const;
/** A kind of assumption. */
export type Assumable = keyof typeof assumable;

/** One `--assume`. */
export interface Assumption {
  readonly kind: Assumable;
  /** A class, or a part of its name; `resv` is the reservation lock, `*` any. */
  readonly lock: string;
  /** A function of the path that it is about; null: every path. */
  readonly at: string | null;
  /** As it was written. */
  readonly text: string;
}

/** Parses `exclusive:resv@drm_gem_shmem_free`. @throws UsageError BAD_OPTION */
export function parseAssumption(text: string): Assumption {
  const [, kind = "", lock = "", at] = /^([a-z-]+):(.+?)(?:@([\w.]+))?$/.exec(text) ?? [];
  if (Object.hasOwn(assumable, kind) && lock !== "")
    return { kind: kind as Assumable, lock, at: at ?? null, text };
  throw new UsageError("BAD_OPTION", {
    option: "--assume",
    value: text,
    allowed: `KIND:LOCK or KIND:LOCK@FUNCTION, KIND one of ${Object.keys(assumable).join(", ")}`,
    choices: Object.keys(assumable),
  });
}

/** True if the assumption is about this lock in a path through these functions. */
export function covers(assumption: Assumption, lock: string, functions: readonly string[]): boolean {
  return (
    isNamed(lock, assumption.lock) &&
    (assumption.at === null || functions.length === 0 || functions.includes(assumption.at))
  );
}
