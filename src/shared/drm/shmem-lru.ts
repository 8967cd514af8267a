import { type Addr, load, read, type Step } from "../atomic/index.ts";
import { lruMoveTail, lruRemove } from "../sync/lru.ts";
import { mutexLock, mutexUnlock } from "../sync/mutex.ts";
import { DESIGN } from "./designs.ts";
import { Device, designOf } from "./device.ts";
import { deviceOf, Gem, Shmem } from "./gem-object.ts";
import { lruLeave } from "./lru-leave.ts";

/** True if the pages could be dropped for good: nobody needs them. Caller holds resv. @kernel drm_gem_shmem_helper.h: drm_gem_shmem_is_purgeable() */
export function* isPurgeable(object: Addr): Step<boolean> {
  return (
    (yield* read(object + Shmem.at.madv)) > 0 &&
    (yield* load(object + Shmem.at.pagesPinCount)) === 0 &&
    (yield* read(object + Shmem.at.sgt)) !== 0
  );
}

/** True if the pages could be swapped out. Caller holds resv. @kernel shrinker series: drm_gem_shmem_is_evictable() */
export function* isEvictable(object: Addr): Step<boolean> {
  return (
    (yield* read(object + Shmem.at.madv)) >= 0 &&
    (yield* load(object + Shmem.at.pagesUseCount)) > 0 &&
    (yield* load(object + Shmem.at.pagesPinCount)) === 0 &&
    (yield* read(object + Shmem.at.evicted)) === 0
  );
}

/** Puts the object on the list where its state belongs, or on none. Caller holds resv. @kernel shrinker series: drm_gem_shmem_update_pages_state_locked() */
export function* updateLru(object: Addr): Step<void> {
  const device = yield* deviceOf(object);
  // There only the madvise ioctl and the walker itself move objects.
  if (designOf(device) === DESIGN.LIST_LOCK) return;
  const node = object + Gem.at.node;
  const evictable = (yield* isPurgeable(object)) || (yield* isEvictable(object));
  const present = (yield* read(object + Shmem.at.pages)) !== 0;
  if (!evictable && !present) return yield* lruLeave(device, node);
  const list = evictable ? Device.at.evictable : Device.at.pinned;
  yield* mutexLock(device + Device.at.lruLock);
  yield* lruMoveTail(device + list, node, yield* read(object + Shmem.at.pageCount));
  yield* mutexUnlock(device + Device.at.lruLock);
}

/** Puts the object on the purge list, or moves it to its end. Caller holds `shrinkerLock`. @kernel drivers/gpu/drm/panfrost/panfrost_drv.c: panfrost_ioctl_madvise() */
export function* madvListMoveTail(object: Addr): Step<void> {
  const device = yield* deviceOf(object);
  yield* lruMoveTail(
    device + Device.at.madvList,
    object + Gem.at.node,
    yield* read(object + Shmem.at.pageCount),
  );
}

/** Takes the object off the purge list: no walker is in it from here on. @kernel drivers/gpu/drm/panfrost/panfrost_gem.c: panfrost_gem_free_object() */
export function* madvListRemove(object: Addr): Step<void> {
  const lock = (yield* deviceOf(object)) + Device.at.shrinkerLock;
  yield* mutexLock(lock);
  yield* lruRemove(object + Gem.at.node);
  yield* mutexUnlock(lock);
}
