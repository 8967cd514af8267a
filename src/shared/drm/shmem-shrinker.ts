import { type Addr, readOnce, type Step } from "../atomic/index.ts";
import { defineShrinker, registerShrinker, SHRINK_STOP, unregisterShrinker } from "../mm/shrinker.ts";
import { Lru } from "../sync/lru.ts";
import { DESIGN } from "./designs.ts";
import { Device, designOf } from "./device.ts";
import { listCount, listScan } from "./list-scan.ts";
import { lruScan } from "./lru-scan.ts";

/** Type of the shmem shrinker in a pool's slots. */
export const SHMEM_SHRINKER = 1;

/** Pages on the evictable list, read without its lock. @kernel shrinker series: drm_gem_shmem_shrinker_count_objects() */
export function* shmemShrinkerCount(device: Addr): Step<number> {
  if (designOf(device) === DESIGN.LIST_LOCK) return yield* listCount(device);
  // A hint: the kernel reads it without the list's lock too.
  return yield* readOnce(device + Device.at.evictable + Lru.at.pages);
}

/** One walk of the list that the device's design has, `pages` at most; pages freed. @kernel drivers/gpu/drm/drm_gem.c: drm_gem_lru_scan() */
export function* scanOnce(device: Addr, pages: number): Step<number> {
  if (designOf(device) === DESIGN.LIST_LOCK) return yield* listScan(device, pages);
  return yield* lruScan(device, device + Device.at.evictable, pages);
}

/** One scan; pages freed, or SHRINK_STOP. @kernel shrinker series: drm_gem_shmem_shrinker_scan_objects() */
export function* shmemShrinkerScan(device: Addr, pages: number): Step<number> {
  const freed = yield* scanOnce(device, pages);
  return freed === 0 ? SHRINK_STOP : freed;
}

defineShrinker(SHMEM_SHRINKER, { count: shmemShrinkerCount, scan: shmemShrinkerScan });

/** Registers the device's shrinker with its pool. 0 or ENOMEM. @kernel shrinker series: drm_gem_shmem_shrinker_init() */
export function* shmemShrinkerInit(device: Addr): Step<number> {
  return yield* registerShrinker(device + Device.at.pool, SHMEM_SHRINKER, device);
}

/** Unregisters it, waiting for running scans. @kernel shrinker series: drm_gem_shmem_shrinker_release() */
export function* shmemShrinkerRelease(device: Addr): Step<void> {
  yield* unregisterShrinker(device + Device.at.pool, device);
}
