import { type Addr, read, type Step } from "#shared/atomic/index";
import { DESIGN } from "#shared/drm/designs";
import { Device, designOf } from "#shared/drm/device";
import { dmaResvLock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { gemGetUnlessZero, gemPut } from "#shared/drm/gem";
import { Gem, resvOf } from "#shared/drm/gem-object";
import { scanOnce } from "#shared/drm/shmem-shrinker";
import { defineShrinker, registerShrinker, SHRINK_STOP } from "#shared/mm/shrinker";
import { lruFirst } from "#shared/sync/lru";
import { mutexLock, mutexUnlock } from "#shared/sync/mutex";

// Walks of the device's list with one slip each.

/** Type of the blocking shrinker in a pool's slots. */
const BLOCKING_SHRINKER = 2;

/** The lock and the list that the walker of the device's design goes by. */
export function walkedList(device: Addr): { readonly lock: Addr; readonly list: Addr } {
  return designOf(device) === DESIGN.LIST_LOCK
    ? { lock: device + Device.at.shrinkerLock, list: device + Device.at.madvList }
    : { lock: device + Device.at.lruLock, list: device + Device.at.evictable };
}

/** The least recently used object of the list, or 0. The caller holds the list's lock. */
export function* firstObject(list: Addr): Step<Addr> {
  const node = yield* lruFirst(list);
  return node === 0 ? 0 : node - Gem.at.node;
}

/** A walk that waits for the object's lock instead of trying it. Takes nothing away: it does not get that far. */
function* blockingScan(device: Addr): Step<number> {
  const { lock, list } = walkedList(device);
  yield* mutexLock(lock);
  const object = yield* firstObject(list);
  const found = object !== 0 && (yield* gemGetUnlessZero(object));
  yield* mutexUnlock(lock);
  if (!found) return SHRINK_STOP;
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  yield* dmaResvUnlock(resv);
  yield* gemPut(object);
  return SHRINK_STOP;
}

/** The count of a shrinker that never asks: one page. */
export function* some(device: Addr): Step<number> {
  yield* read(device + Device.at.heap);
  return 1;
}

defineShrinker(BLOCKING_SHRINKER, { count: some, scan: blockingScan });

/** Registers the blocking shrinker with the device's pool, beside the real one. 0 or ENOMEM. */
export function* registerBlockingShrinker(device: Addr): Step<number> {
  return yield* registerShrinker(device + Device.at.pool, BLOCKING_SHRINKER, device);
}

/** One walk outside of reclaim, as `drop_caches` makes. @kernel mm/shrinker.c: drop_slab() */
export function* dropCaches(device: Addr): Step<void> {
  yield* scanOnce(device, 1);
}
