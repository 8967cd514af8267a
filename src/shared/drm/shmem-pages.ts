import { type Addr, peek, read, type Step, write } from "../atomic/index.ts";
import { EINTR, ENOMEM } from "../errno.ts";
import { allocateWords, free } from "../memory/object.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { GFP_KERNEL } from "../mm/gfp.ts";
import { freePages } from "../mm/page-pool.ts";
import { allocPages } from "../mm/reclaim.ts";
import { refcountDecAndTest, refcountDecNotOne, refcountIncNotZero, refcountSet } from "../sync/refcount.ts";
import { Device } from "./device.ts";
import { dmaResvLock, dmaResvLockInterruptible } from "./dma-resv.ts";
import { deviceOf, resvAssertHeld, resvOf, Shmem } from "./gem-object.ts";
import { gemUnlock } from "./gem-unlock.ts";
import { updateLru } from "./shmem-lru.ts";

const { pages: PAGES, pageCount: PAGE_COUNT, pagesUseCount: USES, pagesPinCount: PINS } = Shmem.at;

/** The pages of an object, a word each; this names the first. */
const PageArray: Layout<"page"> = struct("page_array", { page: "plain" });

/** Brings the pages in. The caller holds resv. 0 or ENOMEM. @kernel shrinker series: drm_gem_shmem_acquire_pages() */
export function* acquirePages(object: Addr): Step<number> {
  const device = yield* deviceOf(object);
  const count = yield* read(object + PAGE_COUNT);
  const error = yield* allocPages(device + Device.at.pool, count, GFP_KERNEL);
  if (error !== 0) return error;
  yield* write(object + PAGES, yield* allocateWords(peek(device + Device.at.heap), PageArray.id, count));
  return 0;
}

/** Gives the pages back, with no check and no count: who calls it has done both. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_free_pages() */
export function* shmemFreePages(object: Addr): Step<void> {
  const device = yield* deviceOf(object);
  const pages = yield* read(object + PAGES);
  if (pages === 0) return;
  yield* write(object + PAGES, 0);
  yield* free(peek(device + Device.at.heap), pages);
  yield* freePages(device + Device.at.pool, yield* read(object + PAGE_COUNT));
}

/** Takes one pages use; the first brings the pages in. Caller holds resv. 0 or ENOMEM. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_get_pages_locked() */
export function* shmemGetPagesLocked(object: Addr): Step<number> {
  yield* resvAssertHeld(object);
  if ((yield* read(object + Shmem.at.madv)) < 0) return ENOMEM;
  if (yield* refcountIncNotZero(object + USES)) return 0;
  const error = yield* acquirePages(object);
  if (error !== 0) return error;
  yield* refcountSet(object + USES, 1);
  yield* updateLru(object);
  return 0;
}

/** Drops one pages use; the last frees the pages. Caller holds resv. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_put_pages_locked() */
export function* shmemPutPagesLocked(object: Addr): Step<void> {
  yield* resvAssertHeld(object);
  if (!(yield* refcountDecAndTest(object + USES))) return;
  yield* shmemFreePages(object);
  // What is swapped out is nobody's now: a later pin would bring pages in twice.
  yield* write(object + Shmem.at.evicted, 0);
  yield* updateLru(object);
}

/** Pins the pages. Caller holds resv. 0 or ENOMEM. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_pin_locked() */
export function* shmemPinLocked(object: Addr): Step<number> {
  yield* resvAssertHeld(object);
  if (yield* refcountIncNotZero(object + PINS)) return 0;
  const swapped = yield* shmemSwapinLocked(object);
  if (swapped !== 0) return swapped;
  const error = yield* shmemGetPagesLocked(object);
  if (error !== 0) return error;
  yield* refcountSet(object + PINS, 1);
  yield* updateLru(object);
  return 0;
}

/** Drops a pin. Caller holds resv. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_unpin_locked() */
export function* shmemUnpinLocked(object: Addr): Step<void> {
  yield* resvAssertHeld(object);
  if (!(yield* refcountDecAndTest(object + PINS))) return;
  yield* shmemPutPagesLocked(object);
  yield* updateLru(object);
}

/** Pins the pages, taking the lock only for the first pin. 0, EINTR or ENOMEM. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_pin() */
export function* shmemPin(object: Addr): Step<number> {
  if (yield* refcountIncNotZero(object + PINS)) return 0;
  const resv = yield* resvOf(object);
  if ((yield* dmaResvLockInterruptible(resv, 0)) !== 0) return EINTR;
  const error = yield* shmemPinLocked(object);
  yield* gemUnlock(object, resv);
  return error;
}

/** Drops a pin, taking the lock only for the last. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_unpin() */
export function* shmemUnpin(object: Addr): Step<void> {
  if (yield* refcountDecNotOne(object + PINS)) return;
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  yield* shmemUnpinLocked(object);
  yield* gemUnlock(object, resv);
}

/** Brings evicted pages back. Caller holds resv. 0 or ENOMEM. @kernel drm_gem_shmem_helper.c (shrinker series): drm_gem_shmem_swapin_locked() */
export function* shmemSwapinLocked(object: Addr): Step<number> {
  yield* resvAssertHeld(object);
  if ((yield* read(object + Shmem.at.evicted)) === 0) return 0;
  const error = yield* acquirePages(object);
  if (error !== 0) return error;
  yield* write(object + Shmem.at.evicted, 0);
  yield* updateLru(object);
  return 0;
}
