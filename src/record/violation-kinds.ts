import type { ViolationKind } from "#shared/violation";

/** What each kind of violation means, in one phrase. Text, JUnit types and docs are made from this table. */
export const violationSentences: Readonly<Record<Exclude<ViolationKind, "none">, string>> = {
  deadlock: "tasks wait for each other in a cycle",
  "lost-wakeup": "a task sleeps on a lock that is free, and nobody is left to wake it",
  "wait-forever": "a task waits for something that nobody is left to do",
  livelock: "a task runs and does not get on",
  "contention-at-free": "a task holds, waits for or tries the lock of an object whose refcount is zero",
  "use-after-free": "freed memory was used",
  "double-free": "an object was freed twice",
  "wild-access": "memory that was never allocated was used",
  leak: "an object outlived everybody who could free it",
  "refcount-get-zero": "a reference was taken at count zero",
  "refcount-underflow": "a reference was dropped at count zero or below",
  "refcount-saturated": "a refcount left its range and was saturated",
  "refcount-leak": "a reference that must not be the last one was",
  "resv-not-held": "a helper that needs the reservation lock was called without it",
  "lock-misuse": "a lock was released by a task that does not hold it",
  "ww-misuse": "the rules of acquire contexts were broken",
  "list-corruption": "a list does not add up",
  "page-accounting": "pages do not add up",
  "data-race": "two plain accesses to a word are not ordered, and one is a write",
  invariant: "a condition that the code relies on does not hold",
  "sleep-in-atomic": "a task may sleep where it must not: under a spinlock, or in an interrupt",
  "stack-overflow": "a function calls itself without end",
  "task-threw": "a task threw an exception",
  "worker-died": "a worker thread ended while its task ran",
};

/** What a violation does to the world: the columns of the judgement. */
export type ViolationClass = "deadlock" | "memory" | "contention" | "warning";

const classes: Readonly<Partial<Record<ViolationKind, ViolationClass>>> = {
  deadlock: "deadlock",
  "lost-wakeup": "deadlock",
  "wait-forever": "deadlock",
  livelock: "deadlock",
  "contention-at-free": "contention",
  "resv-not-held": "warning",
  "lock-misuse": "warning",
  "ww-misuse": "warning",
  invariant: "warning",
  "sleep-in-atomic": "warning",
};

/** The class of a kind. What is no lock trouble and no complaint of the code itself has to do with memory. */
export function classOfViolation(kind: ViolationKind): ViolationClass {
  return classes[kind] ?? "memory";
}

/** True for a kind behind which a graver one is worth looking for: it may be the first sign of one. */
export function isMild(kind: ViolationKind): boolean {
  return kind === "contention-at-free" || kind === "data-race" || kind === "ww-misuse";
}
