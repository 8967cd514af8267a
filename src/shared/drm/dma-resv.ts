import { type Addr, read, type Step, write } from "../atomic/index.ts";
import { EBUSY, ENOMEM } from "../errno.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { GFP_KERNEL } from "../mm/gfp.ts";
import { freePages } from "../mm/page-pool.ts";
import { allocPages } from "../mm/reclaim.ts";
import { countFor, STAT } from "../stats.ts";
import {
  WwMutex,
  wwMutexInit,
  wwMutexIsHeld,
  wwMutexLock,
  wwMutexLockInterruptible,
  wwMutexLockSlow,
  wwMutexTrylock,
  wwMutexUnlock,
} from "../sync/ww-mutex.ts";
import { reportAndAbandon } from "../violation.ts";
import { dmaFenceGet, dmaFenceIsSignaled, dmaFencePut } from "./dma-fence.ts";

/** Fences that a reservation object holds at most. */
export const RESV_FENCES = 3;

/** A ww-mutex and the fences it protects. @kernel include/linux/dma-resv.h: struct dma_resv */
export const DmaResv: Layout<"lock" | "reserved" | "count" | "fence0" | "fence1" | "fence2"> = struct(
  "dma_resv",
  {
    lock: WwMutex,
    /** Slots promised by `dmaResvReserveFences` and not used yet. */
    reserved: "plain",
    count: "plain",
    fence0: "plain",
    fence1: "plain",
    fence2: "plain",
  },
);

const { reserved: RESERVED, count: COUNT, fence0: FENCES } = DmaResv.at;

/** Initialises a reservation object whose lock is of `wwClass`. @kernel drivers/dma-buf/dma-resv.c: dma_resv_init() */
export function* dmaResvInit(resv: Addr, wwClass: Addr): Step<void> {
  yield* wwMutexInit(resv, wwClass);
}

/** Takes the lock; see `wwMutexLock`. @kernel include/linux/dma-resv.h: dma_resv_lock() */
export function* dmaResvLock(resv: Addr, ctx: Addr): Step<number> {
  return yield* wwMutexLock(resv, ctx);
}

/** Takes the lock; a signal ends the wait. @kernel include/linux/dma-resv.h: dma_resv_lock_interruptible() */
export function* dmaResvLockInterruptible(resv: Addr, ctx: Addr): Step<number> {
  return yield* wwMutexLockInterruptible(resv, ctx);
}

/** Takes the lock after a back-off. @kernel include/linux/dma-resv.h: dma_resv_lock_slow() */
export function* dmaResvLockSlow(resv: Addr, ctx: Addr): Step<void> {
  yield* wwMutexLockSlow(resv, ctx);
}

/** Takes the lock if it is free. @kernel include/linux/dma-resv.h: dma_resv_trylock() */
export function* dmaResvTrylock(resv: Addr): Step<boolean> {
  const taken = yield* wwMutexTrylock(resv, 0);
  if (!taken) countFor(STAT.TRYLOCK_FAILED, 1);
  return taken;
}

/** Releases the lock. @kernel include/linux/dma-resv.h: dma_resv_unlock() */
export function* dmaResvUnlock(resv: Addr): Step<void> {
  yield* wwMutexUnlock(resv);
}

/** True while this task holds the lock. @kernel include/linux/dma-resv.h: dma_resv_assert_held() */
export function* dmaResvIsHeld(resv: Addr): Step<boolean> {
  return yield* wwMutexIsHeld(resv);
}

/**
 * Promises room for `count` fences, allocating under the lock; 0, ENOMEM, or EBUSY when the fixed slots are
 * full of unsignaled fences. @kernel drivers/dma-buf/dma-resv.c: dma_resv_reserve_fences()
 */
export function* dmaResvReserveFences(resv: Addr, pool: Addr, count: number): Step<number> {
  if ((yield* allocPages(pool, 1, GFP_KERNEL)) !== 0) return ENOMEM;
  // The list of slots is part of the object here: the page stands for the kernel's array, which it outgrew.
  yield* freePages(pool, 1);
  yield* dropSignaled(resv);
  if ((yield* read(resv + COUNT)) + count > RESV_FENCES) return EBUSY;
  yield* write(resv + RESERVED, count);
  return 0;
}

/** Adds a fence into a promised slot; takes a reference. No allocation from here on. @kernel drivers/dma-buf/dma-resv.c: dma_resv_add_fence() */
export function* dmaResvAddFence(resv: Addr, fence: Addr): Step<void> {
  const count = yield* read(resv + COUNT);
  // The kernel has a BUG_ON here: nobody promised this slot, and there is none.
  if (count >= RESV_FENCES) reportAndAbandon("invariant", resv, count);
  yield* dmaFenceGet(fence);
  yield* write(resv + FENCES + count, fence);
  yield* write(resv + COUNT, count + 1);
  yield* write(resv + RESERVED, (yield* read(resv + RESERVED)) - 1);
}

/** True if every fence is signaled. The caller holds the lock. @kernel drivers/dma-buf/dma-resv.c: dma_resv_test_signaled() */
export function* dmaResvTestSignaled(resv: Addr): Step<boolean> {
  const count = yield* read(resv + COUNT);
  for (let slot = 0; slot < count; slot++) {
    if (!(yield* dmaFenceIsSignaled(yield* read(resv + FENCES + slot)))) return false;
  }
  return true;
}

function* dropSignaled(resv: Addr): Step<void> {
  const count = yield* read(resv + COUNT);
  let kept = 0;
  for (let slot = 0; slot < count; slot++) {
    const fence = yield* read(resv + FENCES + slot);
    if (yield* dmaFenceIsSignaled(fence)) yield* dmaFencePut(fence);
    else yield* write(resv + FENCES + kept++, fence);
  }
  yield* write(resv + COUNT, kept);
}

/** Drops every fence; the object dies. @kernel drivers/dma-buf/dma-resv.c: dma_resv_fini() */
export function* dmaResvFini(resv: Addr): Step<void> {
  const count = yield* read(resv + COUNT);
  for (let slot = 0; slot < count; slot++) yield* dmaFencePut(yield* read(resv + FENCES + slot));
  yield* write(resv + COUNT, 0);
}
