import { type Addr, load, peek, type Step } from "#shared/atomic/index";
import { CALLBACK, DESIGN } from "#shared/drm/designs";
import { callbackOf, Device, type DeviceOptions, designOf, deviceCreate } from "#shared/drm/device";
import { keepForLife } from "#shared/drm/free-callback";
import { gemPut, runFreeWorker } from "#shared/drm/gem";
import { handleCreate } from "#shared/drm/gem-handle";
import { shmemCreate } from "#shared/drm/gem-object";
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
  if (object < 0) return object;
  const error = yield* keepForLife(object);
  const handle = error !== 0 ? error : yield* handleCreate(object);
  yield* gemPut(object);
  return handle;
}

/** A task that is done lends its thread to those who end frees later. */
export function* idleWorker(device: Addr): Step<void> {
  if (designOf(device) === DESIGN.DEFERRED || callbackOf(device) === CALLBACK.OWN_TABLE_FIRST)
    yield* runFreeWorker(device);
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
  const listed = ["evictable", "pinned", "madvList"] as const;
  for (const list of listed)
    if (peek(device + Device.at[list]) !== 0) report("list-corruption", device + Device.at[list], 1);
}
