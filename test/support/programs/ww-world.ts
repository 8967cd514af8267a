import { type Addr, load, peek, poke, type Step, store } from "#shared/atomic/index";
import { allocate, allocateWords } from "#shared/memory/object";
import { WwClass, WwContext, wwAcquireInit, wwClassInit } from "#shared/sync/ww-context";
import { WwMutex, wwMutexInit } from "#shared/sync/ww-mutex";
import { must, mustRest, until } from "./helpers.ts";

// What the ww programs lay out: a class, a context a task, locks, a stage counter, a log, a few words of their own.

/** The two ways to break a deadlock. */
export type Algorithm = "wait-die" | "wound-wait";

const STAGE = 0;
const CLASS = 1;
const OTHER_CLASS = 2;
const LOCKS = 3;
const CONTEXTS = 4;
const SPARE = 20;
const LOG = 40;

/** Lays out `locks` locks of one class and a context for each of `tasks` tasks. */
export function* layOut(
  heap: Addr,
  algorithm: Algorithm,
  tasks: number,
  locks: number,
  mutant = 0,
  inject = false,
): Step<Addr> {
  const root = yield* allocateWords(heap, 1, LOG + 24);
  const wwClass = yield* allocate(heap, WwClass);
  yield* wwClassInit(wwClass, algorithm, mutant, inject);
  yield* store(root + CLASS, wwClass);
  const other = yield* allocate(heap, WwClass);
  yield* wwClassInit(other, algorithm);
  yield* store(root + OTHER_CLASS, other);
  const table = yield* allocateWords(heap, 2, locks * WwMutex.size);
  for (let lock = 0; lock < locks; lock++) yield* wwMutexInit(table + lock * WwMutex.size, wwClass);
  yield* store(root + LOCKS, table);
  for (let task = 0; task < tasks; task++)
    yield* store(root + CONTEXTS + task, yield* allocate(heap, WwContext));
  return root;
}

/** Lock number `index`. */
export function lockAt(root: Addr, index: number): Addr {
  return peek(root + LOCKS) + index * WwMutex.size;
}

/** The context of a task. */
export function contextAt(root: Addr, task: number): Addr {
  return peek(root + CONTEXTS + task);
}

/** The class of the locks. */
export function classOf(root: Addr): Addr {
  return peek(root + CLASS);
}

/** Another class, of no lock. */
export function otherClassOf(root: Addr): Addr {
  return peek(root + OTHER_CLASS);
}

/** A word for the program's own use, 0 to 19. */
export function spare(root: Addr, index: number): Addr {
  return root + SPARE + index;
}

/** The log, for `append` and `entries`. */
export function logOf(root: Addr): Addr {
  return root + LOG;
}

/** Opens the transaction of a task; returns its context. */
export function* begin(root: Addr, task: number): Step<Addr> {
  const ctx = contextAt(root, task);
  yield* wwAcquireInit(ctx, classOf(root));
  return ctx;
}

/** Opens transactions in the order of the task numbers: the lower is the older. Stage 0 counts them. */
export function* beginInOrder(root: Addr, task: number): Step<Addr> {
  yield* until(root + STAGE, task);
  const ctx = yield* begin(root, task);
  yield* store(root + STAGE, task + 1);
  return ctx;
}

/** Says that stage `number` is reached. */
export function* reach(root: Addr, number: number): Step<void> {
  must((yield* load(root + STAGE)) < number, `stage ${number} was passed already`);
  yield* store(root + STAGE, number);
}

/** Waits for a stage. */
export function* reached(root: Addr, number: number): Step<void> {
  yield* until(root + STAGE, number);
}

/** The context that holds a lock, or 0. Not a step. */
export function holderOf(lock: Addr): Addr {
  return peek(lock + WwMutex.at.ctx);
}

/** True while a context is told to back off. Not a step. */
export function isWounded(ctx: Addr): boolean {
  return peek(ctx + WwContext.at.wounded) !== 0;
}

/** Starts the stamps of a class near a value, to see them wrap. */
export function stampsFrom(root: Addr, stamp: number): void {
  poke(classOf(root) + WwClass.at.stamp, stamp | 0);
}

/** Throws unless every lock is free, unqueued, without a flag or a context. */
export function mustAllRest(root: Addr, locks: number): void {
  for (let lock = 0; lock < locks; lock++) mustRest(lockAt(root, lock), WwMutex.at.wwClass, `lock ${lock}`);
}
