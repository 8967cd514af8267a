import { type Addr, peek, poke } from "../atomic/index.ts";
import { currentBlock, TASK } from "../task.ts";
import { report } from "../violation.ts";
import { WwContext } from "./ww-context.ts";
import { HOLDER_CONTEXT } from "./ww-rules.ts";

// What CONFIG_DEBUG_WW_MUTEXES warns of, as `ww-misuse` reports. Looks of the instrumentation, no steps: each
// reads words that only the calling task writes. @kernel include/linux/ww_mutex.h, kernel/locking/ww_mutex.h
const {
  acquired: ACQUIRED,
  suspect: SUSPECT,
  done: DONE,
  contending: CONTENDING,
  wwClass: CLASS,
} = WwContext.at;
const CLASS_OF_LOCK = HOLDER_CONTEXT + 1;

/** Before a lock in a context: same class, acquire phase open, no other contended lock pending. */
export function checkBeforeLock(lock: Addr, ctx: Addr): void {
  if (peek(ctx + SUSPECT) !== 0 || peek(ctx + CLASS) !== peek(lock + CLASS_OF_LOCK)) checkSuspect(lock, ctx);
}

/** The look behind `checkBeforeLock`, for who has made its first half already. */
export function checkSuspect(lock: Addr, ctx: Addr): void {
  if (peek(ctx + CLASS) !== peek(lock + CLASS_OF_LOCK)) report("ww-misuse", lock, ctx);
  if (peek(ctx + DONE) !== 0) report("ww-misuse", lock, ctx);
  const contending = peek(ctx + CONTENDING);
  if (contending === 0) return;
  // Told to back off: everything has to be dropped, and then the contended lock is the next one.
  if (contending !== lock || peek(ctx + ACQUIRED) > 0) report("ww-misuse", lock, ctx);
  poke(ctx + CONTENDING, 0);
  poke(ctx + SUSPECT, peek(ctx + DONE));
}

/** Before a slow lock: it follows EDEADLK on this very lock, with nothing held. */
export function checkBeforeSlowLock(lock: Addr, ctx: Addr): void {
  if (peek(ctx + CONTENDING) !== lock || peek(ctx + ACQUIRED) > 0) {
    report("ww-misuse", lock, ctx);
    poke(ctx + CONTENDING, 0);
  }
}

/** A caller that skips the contended lock and goes on (an LRU scan does) says so, holding nothing. */
export function forgetContended(ctx: Addr): void {
  if (peek(ctx + ACQUIRED) > 0) report("ww-misuse", ctx, peek(ctx + CONTENDING));
  poke(ctx + CONTENDING, 0);
  poke(ctx + SUSPECT, peek(ctx + DONE));
}

/**
 * About to block on a lock without a context while holding others of its class in one: nobody could break
 * the deadlock that may follow.
 */
export function checkBlockingWithoutContext(lock: Addr): void {
  const ctx = peek(currentBlock() + TASK.WW_CONTEXT);
  if (ctx === 0 || peek(ctx + ACQUIRED) === 0) return;
  if (peek(ctx + CLASS) === peek(lock + CLASS_OF_LOCK)) report("ww-misuse", lock, ctx);
}
