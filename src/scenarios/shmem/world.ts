import { type Addr, load, peek, type Step } from "#shared/atomic/index";
import { DESIGN } from "#shared/drm/designs";
import { Device, type DeviceOptions, designOf, deviceCreate } from "#shared/drm/device";
import { gemPut, runFreeWorker } from "#shared/drm/gem";
import { handleCreate } from "#shared/drm/gem-handle";
import { shmemCreate } from "#shared/drm/gem-object";
import { shmemGetSgt } from "#shared/drm/shmem-map";
import { shmemShrinkerInit } from "#shared/drm/shmem-shrinker";
import { liveObjects } from "#shared/memory/object";
import { PagePool } from "#shared/mm/page-pool";
import { balancePgdat } from "#shared/mm/reclaim";
import { countFor, STAT } from "#shared/stats";
import { report } from "#shared/violation";

/** A device with its shrinker registered. */
export function* shmemDevice(heap: Addr, options: DeviceOptions): Step<Addr> {
  const device = yield* deviceCreate(heap, options);
  yield* shmemShrinkerInit(device);
  return device;
}

/**
 * Creates an object with pages and sg table and gives it a handle, which then owns its only reference. The
 * handle, or a negative error with nothing left behind. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_create_with_handle()
 */
export function* createWithHandle(device: Addr, pages: number): Step<number> {
  const object = yield* shmemCreate(device, pages);
  const error = yield* shmemGetSgt(object);
  const handle = error !== 0 ? error : yield* handleCreate(object);
  yield* gemPut(object);
  return handle;
}

/** A task that is done lends its thread to the free worker of design `deferred`. */
export function* idleWorker(device: Addr): Step<void> {
  if (designOf(device) === DESIGN.DEFERRED) yield* runFreeWorker(device);
}

/** What a kswapd task does: reclaims until the high watermark is reached. */
export function* reclaimToHigh(device: Addr): Step<void> {
  countFor(STAT.OPS, 1);
  yield* balancePgdat(device + Device.at.pool);
  yield* idleWorker(device);
}

/**
 * What must hold once all tasks are gone: `alive` objects of the heap live, every page is back in the pool, both
 * lists are empty. Runs what the free worker has left to do first.
 */
export function* checkAllFreed(device: Addr, heap: Addr, alive: number): Step<void> {
  yield* runFreeWorker(device);
  const live = liveObjects(heap);
  if (live !== alive) report("leak", device, live - alive);
  const pool = device + Device.at.pool;
  const free = yield* load(pool + PagePool.at.free);
  if (free !== peek(pool + PagePool.at.total)) report("page-accounting", pool, free);
  const listed = peek(device + Device.at.evictable) + peek(device + Device.at.pinned);
  if (listed !== 0) report("list-corruption", device, listed);
}
