import type { Addr, Step } from "../atomic/index.ts";
import { wwAcquireDone, wwAcquireFini, wwAcquireInit } from "../sync/ww-context.ts";
import { wwLockList, wwUnlockList } from "../sync/ww-retry.ts";

/**
 * Locks `count` reservations (a table of their addresses) in one acquire context and ends the acquire phase. 0,
 * EALREADY for a duplicate, or EINTR; on an error nothing is locked and the context is closed.
 * @kernel drivers/gpu/drm/drm_gem.c: drm_gem_lock_reservations()
 */
export function* lockReservations(resvs: Addr, count: number, ctx: Addr, wwClass: Addr): Step<number> {
  yield* wwAcquireInit(ctx, wwClass);
  const error = yield* wwLockList(resvs, count, ctx);
  if (error === 0) yield* wwAcquireDone(ctx);
  else yield* wwAcquireFini(ctx);
  return error;
}

/** Unlocks what `lockReservations` locked and closes the context. @kernel drivers/gpu/drm/drm_gem.c: drm_gem_unlock_reservations() */
export function* unlockReservations(resvs: Addr, count: number, ctx: Addr): Step<void> {
  yield* wwUnlockList(resvs, count);
  yield* wwAcquireFini(ctx);
}
