import { type Addr, observe, peek, type Step, store } from "#shared/atomic/index";
import { EDEADLK } from "#shared/errno";
import { WwClass, WwContext, wwAcquireFini } from "#shared/sync/ww-context";
import { wwMutexLock, wwMutexLockSlow, wwMutexTrylock, wwMutexUnlock } from "#shared/sync/ww-mutex";
import { must } from "./helpers.ts";
import { begin, classOf, contextAt, lockAt, spare } from "./ww-world.ts";

/** How a transaction takes its locks: a fixed list, a list it reorders, by trylock where that works. */
export type Shape = "in-order" | "reorder" | "trylock";

/** A word a task: the stamp of its transaction; DRAWING while it gets one; 0 for none. */
const STAMPS = 2;
const DRAWING = -1;

/** A transaction under way. */
export interface Transaction {
  readonly root: Addr;
  readonly task: number;
  readonly tasks: number;
  readonly ctx: Addr;
  /** How often it was told to back off, and how often of these while it was the oldest. */
  backoffs: number;
  asOldest: number;
}

/** Opens a transaction that says for others to see how old it is. */
export function* open(root: Addr, task: number, tasks: number): Step<Transaction> {
  yield* store(spare(root, STAMPS + task), DRAWING);
  const ctx = yield* begin(root, task);
  yield* store(spare(root, STAMPS + task), peek(ctx + WwContext.at.stamp));
  return { root, task, tasks, ctx, backoffs: 0, asOldest: 0 };
}

/** Takes all locks of `order`. */
export function* takeAll(transaction: Transaction, shape: Shape, order: readonly number[]): Step<void> {
  if (shape === "reorder") yield* takeReordered(transaction, [...order]);
  else yield* takeInOrder(transaction, order, shape === "trylock");
}

/** Releases all locks of `order` and closes the transaction. */
export function* close(transaction: Transaction, order: readonly number[]): Step<void> {
  const { root, task, ctx } = transaction;
  for (let place = 0; place < order.length; place++) yield* wwMutexUnlock(lockAt(root, order[place] ?? 0));
  yield* wwAcquireFini(ctx);
  yield* store(spare(root, STAMPS + task), 0);
}

/** One lock: 0 or EDEADLK, and never EDEADLK for the oldest, but for a wound from before it was. */
function* take(transaction: Transaction, index: number, tries: boolean): Step<number> {
  const { root, ctx } = transaction;
  const lock = lockAt(root, index);
  if (tries && (yield* wwMutexTrylock(lock, ctx))) return 0;
  const oldest = isOldest(transaction);
  const error = yield* wwMutexLock(lock, ctx);
  if (error === 0) return 0;
  must(error === EDEADLK, `0 or EDEADLK expected, got ${error}`);
  transaction.backoffs++;
  const injected = peek(classOf(root) + WwClass.at.inject) !== 0;
  if (!oldest || injected) return error;
  transaction.asOldest++;
  const allowed = peek(ctx + WwContext.at.isWaitDie) !== 0 ? 0 : 1;
  must(transaction.asOldest <= allowed, `the oldest was told to back off ${transaction.asOldest} times`);
  return error;
}

/** True if every other transaction of this moment is younger. Later ones are younger anyhow. */
function isOldest({ root, task, tasks, ctx }: Transaction): boolean {
  const mine = peek(ctx + WwContext.at.stamp);
  for (let other = 0; other < tasks; other++) {
    if (other === task) continue;
    const stamp = observe(spare(root, STAMPS + other));
    if (stamp === DRAWING || (stamp !== 0 && ((stamp - mine) | 0) < 0)) return false;
  }
  return contextAt(root, task) === ctx;
}

/** Fixed order: back off, wait for the contended lock, start again without it. M1 of locks.md. */
function* takeInOrder(transaction: Transaction, order: readonly number[], tries: boolean): Step<void> {
  const { root, ctx } = transaction;
  let contended = -1;
  for (;;) {
    let place = 0;
    let error = 0;
    for (; place < order.length; place++) {
      if (place === contended) continue;
      error = yield* take(transaction, order[place] ?? 0, tries);
      if (error !== 0) break;
    }
    if (error === 0) return;
    if (contended > place) yield* wwMutexUnlock(lockAt(root, order[contended] ?? 0));
    contended = place;
    while (place-- > 0) yield* wwMutexUnlock(lockAt(root, order[place] ?? 0));
    yield* wwMutexLockSlow(lockAt(root, order[contended] ?? 0), ctx);
  }
}

/** The contended lock moves to the front. M2 of locks.md. */
function* takeReordered(transaction: Transaction, order: number[]): Step<void> {
  const { root, ctx } = transaction;
  let place = 0;
  while (place < order.length) {
    const error = yield* take(transaction, order[place] ?? 0, false);
    if (error === 0) {
      place++;
      continue;
    }
    for (let held = place - 1; held >= 0; held--) yield* wwMutexUnlock(lockAt(root, order[held] ?? 0));
    yield* wwMutexLockSlow(lockAt(root, order[place] ?? 0), ctx);
    order.unshift(...order.splice(place, 1));
    place = 1;
  }
}
