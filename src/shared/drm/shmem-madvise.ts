import { type Addr, read, type Step, write } from "../atomic/index.ts";
import { EINTR } from "../errno.ts";
import { lruRemove } from "../sync/lru.ts";
import { mutexLock, mutexUnlock } from "../sync/mutex.ts";
import { report } from "../violation.ts";
import { DESIGN } from "./designs.ts";
import { Device, designOf } from "./device.ts";
import { dmaResvLockInterruptible } from "./dma-resv.ts";
import { deviceOf, Gem, resvAssertHeld, resvOf, Shmem } from "./gem-object.ts";
import { freeMmapOffset } from "./gem-release.ts";
import { gemUnlock } from "./gem-unlock.ts";
import { isEvictable, isPurgeable, madvListMoveTail, updateLru } from "./shmem-lru.ts";
import { shmemFreeSgt } from "./shmem-map.ts";
import { shmemFreePages, shmemPutPagesLocked } from "./shmem-pages.ts";

const MADV = Shmem.at.madv;

/** Says whether the pages are needed (`madv` 0) or not (above 0); true if they are still there. Caller holds resv. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_madvise_locked() */
export function* shmemMadviseLocked(object: Addr, madv: number): Step<boolean> {
  yield* resvAssertHeld(object);
  const before = yield* read(object + MADV);
  if (before >= 0) yield* write(object + MADV, madv);
  yield* updateLru(object);
  return before >= 0;
}

/** The madvise ioctl's part under the lock. 1 retained, 0 purged, or EINTR. @kernel panfrost_drv.c: panfrost_ioctl_madvise() */
export function* shmemMadvise(object: Addr, madv: number): Step<number> {
  const resv = yield* resvOf(object);
  if ((yield* dmaResvLockInterruptible(resv, 0)) !== 0) return EINTR;
  const device = yield* deviceOf(object);
  const retained =
    designOf(device) === DESIGN.LIST_LOCK
      ? yield* madviseOnList(device, object, madv)
      : yield* shmemMadviseLocked(object, madv);
  yield* gemUnlock(object, resv);
  return retained ? 1 : 0;
}

/** The object goes to the end of the purge list, or off it. */
function* madviseOnList(device: Addr, object: Addr, madv: number): Step<boolean> {
  yield* mutexLock(device + Device.at.shrinkerLock);
  yield* mutexLock(object + Shmem.at.mappingsLock);
  const retained = yield* shmemMadviseLocked(object, madv);
  if (retained && madv > 0) yield* madvListMoveTail(object);
  else if (retained) yield* lruRemove(object + Gem.at.node);
  yield* mutexUnlock(object + Shmem.at.mappingsLock);
  yield* mutexUnlock(device + Device.at.shrinkerLock);
  return retained;
}

/** Drops pages that nobody needs, for good. Caller holds resv. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_purge_locked() */
export function* shmemPurgeLocked(object: Addr): Step<void> {
  yield* resvAssertHeld(object);
  if (!(yield* isPurgeable(object))) report("invariant", object, yield* read(object + MADV));
  yield* shmemFreeSgt(object);
  yield* shmemPutPagesLocked(object);
  yield* write(object + MADV, -1);
  // User mappings are gone with the pages, and nobody maps the object again.
  if ((yield* read(object + Gem.at.vmaNode)) !== 0) {
    yield* freeMmapOffset(yield* deviceOf(object));
    yield* write(object + Gem.at.vmaNode, 0);
  }
  // Else a later pin would swap pages into an object that nobody counts uses of any more.
  yield* write(object + Shmem.at.evicted, 0);
  yield* updateLru(object);
}

/** Swaps pages out; their use count stays. Caller holds resv. @kernel shrinker series: drm_gem_shmem_evict_locked() */
export function* shmemEvictLocked(object: Addr): Step<void> {
  yield* resvAssertHeld(object);
  if (!(yield* isEvictable(object))) report("invariant", object, yield* read(object + Shmem.at.evicted));
  yield* shmemFreePages(object);
  yield* write(object + Shmem.at.evicted, 1);
  yield* updateLru(object);
}
