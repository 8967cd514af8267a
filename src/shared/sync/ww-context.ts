import { type Addr, add, peek, poke, readOnce, type Step, write } from "../atomic/index.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { EVENT, record } from "../recorder/index.ts";
import { currentBlock, currentTask, TASK } from "../task.ts";
import { report } from "../violation.ts";

/**
 * A class of ww-mutexes: one algorithm, one order of ages. `mutant` holds bits of `WW_MUTANT`, `inject` is 1
 * to give back EDEADLK now and then (DEBUG_WW_MUTEX_SLOWPATH). @kernel include/linux/ww_mutex.h: struct ww_class
 */
export const WwClass: Layout<"stamp" | "isWaitDie" | "inject" | "mutant"> = struct("ww_class", {
  stamp: "atomic",
  isWaitDie: "plain",
  inject: "plain",
  mutant: "plain",
});

/** Deliberate faults of a class's locks, as bits. */
export const WW_MUTANT = {
  /** Unlock forgets to wake the first waiter. */
  LOST_WAKEUP: 1,
  /** A contended lock never tells its context to back off: contexts just wait. */
  NO_BACKOFF: 2,
} as const;

/** One transaction: the locks that a task takes together. @kernel include/linux/ww_mutex.h: struct ww_acquire_ctx */
export const WwContext: Layout<
  | "task"
  | "stamp"
  | "acquired"
  | "wounded"
  | "isWaitDie"
  | "wwClass"
  | "suspect"
  | "done"
  | "contending"
  | "injectInterval"
  | "injectCountdown"
  | "backoffs"
> = struct("ww_acquire_ctx", {
  task: "plain",
  stamp: "plain",
  acquired: "plain",
  wounded: "atomic",
  isWaitDie: "plain",
  wwClass: "plain",
  /** Not 0 when `done` or `contending` is set: one look in the fast path tells that a lock call needs checking. */
  suspect: "plain",
  done: "plain",
  contending: "plain",
  injectInterval: "plain",
  injectCountdown: "plain",
  /** How often the context was told to back off. */
  backoffs: "plain",
});

/** Initialises a class. */
export function* wwClassInit(
  wwClass: Addr,
  algorithm: "wait-die" | "wound-wait",
  mutant = 0,
  inject = false,
): Step<void> {
  yield* write(wwClass + WwClass.at.stamp, 0);
  yield* write(wwClass + WwClass.at.isWaitDie, algorithm === "wait-die" ? 1 : 0);
  yield* write(wwClass + WwClass.at.inject, inject ? 1 : 0);
  yield* write(wwClass + WwClass.at.mutant, mutant);
}

/** Opens a transaction: draws its stamp, which it keeps through all back-offs. @kernel include/linux/ww_mutex.h: ww_acquire_init() */
export function* wwAcquireInit(ctx: Addr, wwClass: Addr): Step<void> {
  const block = currentBlock();
  const open = peek(block + TASK.WW_CONTEXT);
  if (open !== 0 && peek(open + WwContext.at.wwClass) === wwClass) report("ww-misuse", ctx, open);
  const stamp = (yield* add(wwClass + WwClass.at.stamp, 1)) + 1;
  yield* write(ctx + WwContext.at.task, currentTask());
  yield* write(ctx + WwContext.at.stamp, stamp | 0);
  yield* write(ctx + WwContext.at.acquired, 0);
  yield* write(ctx + WwContext.at.wounded, 0);
  yield* write(ctx + WwContext.at.isWaitDie, peek(wwClass + WwClass.at.isWaitDie));
  yield* write(ctx + WwContext.at.wwClass, wwClass);
  yield* write(ctx + WwContext.at.suspect, 0);
  yield* write(ctx + WwContext.at.done, 0);
  yield* write(ctx + WwContext.at.contending, 0);
  yield* write(ctx + WwContext.at.injectInterval, 1);
  yield* write(ctx + WwContext.at.injectCountdown, stamp & 15);
  yield* write(ctx + WwContext.at.backoffs, 0);
  poke(block + TASK.WW_CONTEXT, ctx);
  record(EVENT.WW_INIT, ctx, wwClass);
}

/** Ends the acquire phase: later locks are a misuse. Twice is a misuse. @kernel include/linux/ww_mutex.h: ww_acquire_done() */
export function* wwAcquireDone(ctx: Addr): Step<void> {
  record(EVENT.WW_DONE, ctx, 0);
  if (yield* read1(ctx + WwContext.at.done)) report("ww-misuse", ctx, 1);
  yield* write(ctx + WwContext.at.done, 1);
  yield* write(ctx + WwContext.at.suspect, 1);
}

/** Closes the transaction; it holds nothing, or `ww-misuse` is reported. @kernel include/linux/ww_mutex.h: ww_acquire_fini() */
export function* wwAcquireFini(ctx: Addr): Step<void> {
  record(EVENT.WW_FINI, ctx, 0);
  const acquired = peek(ctx + WwContext.at.acquired);
  if (acquired !== 0) report("ww-misuse", ctx, acquired);
  const block = currentBlock();
  if (peek(ctx + WwContext.at.wwClass) === 0) report("ww-misuse", ctx, 0);
  if (peek(block + TASK.WW_CONTEXT) === ctx) poke(block + TASK.WW_CONTEXT, 0);
  yield* write(ctx + WwContext.at.wwClass, 0);
}

/** True if `a` is the younger transaction: its stamp is the later, whatever the counter wrapped. @kernel kernel/locking/ww_mutex.h: __ww_ctx_less() */
export function* isYounger(a: Addr, b: Addr): Step<boolean> {
  return (((yield* readOnce(a + WwContext.at.stamp)) - (yield* readOnce(b + WwContext.at.stamp))) | 0) > 0;
}

function* read1(addr: Addr): Step<boolean> {
  return (yield* readOnce(addr)) !== 0;
}
