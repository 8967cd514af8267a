import { type Addr, read, type Step } from "../atomic/index.ts";
import { EDEADLK } from "../errno.ts";
import { countFor, STAT } from "../stats.ts";
import { wwAcquireDone, wwAcquireFini, wwAcquireInit } from "../sync/ww-context.ts";
import { wwMutexLockSlowInterruptible } from "../sync/ww-mutex.ts";
import { dmaResvLockInterruptible, dmaResvUnlock } from "./dma-resv.ts";
import { resvOf } from "./gem-object.ts";

/**
 * Locks the reservations of `count` objects (addresses in `list`) in one acquire context, backing off as often
 * as it takes. 0, EALREADY for a duplicate, or EINTR; on an error nothing is locked and the context is closed.
 * @kernel drivers/gpu/drm/drm_gem.c: drm_gem_lock_reservations()
 */
export function* lockReservations(list: Addr, count: number, ctx: Addr, wwClass: Addr): Step<number> {
  yield* wwAcquireInit(ctx, wwClass);
  let contended = -1;
  for (;;) {
    if (contended >= 0) {
      const error = yield* wwMutexLockSlowInterruptible(resvOf(yield* read(list + contended)), ctx);
      if (error !== 0) {
        yield* wwAcquireFini(ctx);
        return error;
      }
    }
    let failed = -1;
    let error = 0;
    for (let i = 0; i < count && error === 0; i++) {
      if (i === contended) continue;
      error = yield* dmaResvLockInterruptible(resvOf(yield* read(list + i)), ctx);
      if (error !== 0) failed = i;
    }
    if (error === 0) {
      yield* wwAcquireDone(ctx);
      return 0;
    }
    for (let i = 0; i < failed; i++) {
      if (i !== contended) yield* dmaResvUnlock(resvOf(yield* read(list + i)));
    }
    if (contended >= 0) yield* dmaResvUnlock(resvOf(yield* read(list + contended)));
    if (error !== EDEADLK) {
      yield* wwAcquireFini(ctx);
      return error;
    }
    countFor(STAT.BACKOFFS, 1);
    contended = failed;
  }
}

/** Unlocks what `lockReservations` locked and closes the context. @kernel drm_gem.c: drm_gem_unlock_reservations() */
export function* unlockReservations(list: Addr, count: number, ctx: Addr): Step<void> {
  for (let i = 0; i < count; i++) yield* dmaResvUnlock(resvOf(yield* read(list + i)));
  yield* wwAcquireFini(ctx);
}
