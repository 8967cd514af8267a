import { type Addr, load, read, type Step, store, write } from "../atomic/index.ts";
import { countFor, STAT } from "../stats.ts";
import { closeWindow, openWindow } from "../sync/contention-monitor.ts";
import { krefInit } from "../sync/kref.ts";
import { spinLock, spinUnlock } from "../sync/spinlock.ts";
import { Device } from "./device.ts";
import { deviceOf, Gem, resvOf } from "./gem-object.ts";

// Frees that somebody else ends later: the free worker of design `deferred`, or the device's answer.

const { deferred: DEFERRED, completions: COMPLETIONS, deferredLock: LOCK } = Device.at;

/** Revives a dead object and leaves it to the free worker. @kernel drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_release() */
export function* deferObject(object: Addr): Step<void> {
  countFor(STAT.DEFERRED, 1);
  yield* closeWindow(yield* resvOf(object));
  yield* krefInit(object + Gem.at.refcount);
  yield* push(object, DEFERRED);
}

/** Leaves a dead object, its refcount still zero, until the device has let go of it. @kernel drivers/gpu/drm/virtio/virtgpu_object.c: virtio_gpu_free_object() */
export function* deferToCompletion(object: Addr): Step<void> {
  yield* push(object, COMPLETIONS);
}

/** Takes the next object that waits for the free worker, or 0. */
export function* nextDeferred(device: Addr): Step<Addr> {
  return yield* pop(device, DEFERRED);
}

/** Takes the next object that the device has let go of, or 0. */
export function* nextCompletion(device: Addr): Step<Addr> {
  const object = yield* pop(device, COMPLETIONS);
  // The free is this task's from here on, and the watch over the lock with it.
  if (object !== 0) yield* openWindow(yield* resvOf(object), object);
  return object;
}

/**
 * An object that shares its lock with others gets its own back before it is destroyed, so that nobody else's hold can be
 * in the way. @kernel drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_individualize_resv()
 */
export function* individualize(object: Addr): Step<void> {
  const shared = yield* resvOf(object);
  const own = object + Gem.at.ownResv;
  if (shared === own) return;
  yield* closeWindow(shared);
  yield* write(object + Gem.at.resv, own);
  yield* openWindow(own, object);
}

function* push(object: Addr, list: number): Step<void> {
  const device = yield* deviceOf(object);
  yield* spinLock(device + LOCK);
  yield* write(object + Gem.at.deferredNext, yield* load(device + list));
  yield* store(device + list, object);
  yield* spinUnlock(device + LOCK);
}

function* pop(device: Addr, list: number): Step<Addr> {
  if ((yield* load(device + list)) === 0) return 0;
  yield* spinLock(device + LOCK);
  const object = yield* load(device + list);
  if (object !== 0) yield* store(device + list, yield* read(object + Gem.at.deferredNext));
  yield* spinUnlock(device + LOCK);
  return object;
}
