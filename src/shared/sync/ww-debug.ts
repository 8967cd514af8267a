import { type Addr, peek, poke } from "../atomic/index.ts";
import { currentTask, TASK, taskBlock } from "../task.ts";
import { report } from "../violation.ts";
import { WwContext } from "./ww-context.ts";
import { HOLDER_CONTEXT } from "./ww-rules.ts";

// What CONFIG_DEBUG_WW_MUTEXES warns of, as `ww-misuse` reports. Looks of the instrumentation, no steps: each
// reads words that only the calling task writes. @kernel include/linux/ww_mutex.h, kernel/locking/ww_mutex.h
const CLASS_OF_LOCK = HOLDER_CONTEXT + 1;

/** Before a lock in a context: same class, acquire phase open, no other contended lock pending. */
export function checkBeforeLock(lock: Addr, ctx: Addr): void {
  if (peek(ctx + WwContext.at.wwClass) !== peek(lock + CLASS_OF_LOCK)) report("ww-misuse", lock, ctx);
  if (peek(ctx + WwContext.at.suspect) !== 0) checkSuspect(lock, ctx);
}

function checkSuspect(lock: Addr, ctx: Addr): void {
  if (peek(ctx + WwContext.at.done) !== 0) report("ww-misuse", lock, ctx);
  const contending = peek(ctx + WwContext.at.contending);
  if (contending === 0) return;
  // Told to back off: everything has to be dropped, and then the contended lock is the next one.
  if (contending !== lock || peek(ctx + WwContext.at.acquired) > 0) report("ww-misuse", lock, ctx);
  poke(ctx + WwContext.at.contending, 0);
  poke(ctx + WwContext.at.suspect, peek(ctx + WwContext.at.done));
}

/** Before a slow lock: it follows EDEADLK on this very lock, with nothing held. */
export function checkBeforeSlowLock(lock: Addr, ctx: Addr): void {
  if (peek(ctx + WwContext.at.contending) !== lock || peek(ctx + WwContext.at.acquired) > 0) {
    report("ww-misuse", lock, ctx);
    poke(ctx + WwContext.at.contending, 0);
  }
}

/** A caller that skips the contended lock and goes on (an LRU scan does) says so, holding nothing. */
export function forgetContended(ctx: Addr): void {
  if (peek(ctx + WwContext.at.acquired) > 0) report("ww-misuse", ctx, peek(ctx + WwContext.at.contending));
  poke(ctx + WwContext.at.contending, 0);
  poke(ctx + WwContext.at.suspect, peek(ctx + WwContext.at.done));
}

/** A lock just taken must not carry the context of an earlier holder; a context left must have counted it. */
export function checkStaleContext(lock: Addr, left: Addr = 0): void {
  if (lock !== 0 && peek(lock + HOLDER_CONTEXT) !== 0) report("ww-misuse", lock, peek(lock + HOLDER_CONTEXT));
  if (left !== 0 && peek(left + WwContext.at.acquired) <= 0)
    report("ww-misuse", left, peek(left + WwContext.at.acquired));
}

/**
 * About to block on a lock without a context while holding others of its class in one: nobody could break
 * the deadlock that may follow.
 */
export function checkBlockingWithoutContext(lock: Addr): void {
  const ctx = peek(taskBlock(currentTask()) + TASK.WW_CONTEXT);
  if (ctx === 0 || peek(ctx + WwContext.at.acquired) === 0) return;
  if (peek(ctx + WwContext.at.wwClass) === peek(lock + CLASS_OF_LOCK)) report("ww-misuse", lock, ctx);
}
