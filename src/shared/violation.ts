import { SHADOW } from "./atomic/access.ts";
import { type Addr, CONTROL, claim, peek, poke, WorldAbandoned } from "./atomic/index.ts";
import { currentTask, TASK, taskBlock } from "./task.ts";

/** Every kind of violation, in the order of their codes. Sentences for people are in `record/violation-kinds.ts`. */
export const violationKinds = [
  "none",
  "deadlock",
  "lost-wakeup",
  "wait-forever",
  "livelock",
  "contention-at-free",
  "use-after-free",
  "double-free",
  "wild-access",
  "leak",
  "refcount-get-zero",
  "refcount-underflow",
  "refcount-saturated",
  "refcount-leak",
  "resv-not-held",
  "lock-misuse",
  "ww-misuse",
  "list-corruption",
  "page-accounting",
  "data-race",
  "invariant",
  "sleep-in-atomic",
  "stack-overflow",
  "task-threw",
  "worker-died",
] as const;

/** The name of a kind of violation. */
export type ViolationKind = (typeof violationKinds)[number];

/** Words of an entry of the violation table, and how many entries are kept. */
export const VIOLATION = {
  KIND: 0,
  TASK: 1,
  WORLD: 2,
  OBJECT: 3,
  VALUE: 4,
  OTHER: 5,
  /** Batch of a race in which it was; with WORLD it names one world among all. */
  BATCH: 6,
  WORDS: 8,
  KEPT: 64,
} as const;

let table = 0;

/** Says where the table is. Once a thread. */
export function placeViolations(base: Addr): void {
  table = base;
}

const codes: Readonly<Record<string, number>> = Object.fromEntries(
  violationKinds.map((kind, code) => [kind, code]),
);

/**
 * Reports a violation of the current task and goes on, as the kernel's WARN does.
 * `object` is the address concerned, `value` the bad value, `other` the other task's id plus 1, or 0.
 */
export function report(kind: ViolationKind, object: Addr, value: number, other = 0): void {
  const slot = claim(CONTROL.VIOLATIONS, 1);
  if (slot >= VIOLATION.KEPT) return;
  const entry = table + slot * VIOLATION.WORDS;
  const task = currentTask();
  poke(entry + VIOLATION.TASK, task);
  poke(entry + VIOLATION.WORLD, peek(taskBlock(task) + TASK.WORLD));
  poke(entry + VIOLATION.BATCH, peek(taskBlock(task) + TASK.BATCH));
  poke(entry + VIOLATION.OBJECT, object);
  poke(entry + VIOLATION.VALUE, value);
  poke(entry + VIOLATION.OTHER, other);
  poke(entry + VIOLATION.KIND, codes[kind] ?? 0);
}

/** What the door tells of an access to a word that is not live: the task leaves the world. `state` is one of `SHADOW`. */
export function reportBadAccess(addr: Addr, state: number): never {
  return reportAndAbandon(state === SHADOW.FREED ? "use-after-free" : "wild-access", addr, state);
}

/** Reports a violation after which the world's memory means nothing: the task leaves the world. */
export function reportAndAbandon(kind: ViolationKind, object: Addr, value: number, other = 0): never {
  report(kind, object, value, other);
  throw new WorldAbandoned(kind);
}
