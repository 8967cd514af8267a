import { type Addr, milliseconds, type Step } from "../atomic/index.ts";
import { countFor, STAT, tick } from "../stats.ts";
import { openWindow } from "../sync/contention-monitor.ts";
import { krefGet, krefGetUnlessZero, krefPut } from "../sync/kref.ts";
import { checkLastPut } from "./checks.ts";
import { Device } from "./device.ts";
import { nextCompletion, nextDeferred } from "./free-later.ts";
import { deviceOf, Gem, resvOf } from "./gem-object.ts";
import { leftBehind, othersInside } from "./overlap.ts";
import { shmemFree, shmemFreeNow, tearDownDeferred } from "./shmem-free.ts";

const REFCOUNT = Gem.at.refcount;

/** One free in this many is timed: a pair of time stamps costs more than a lock. */
const FREES_A_SAMPLE = 64;

/** Takes a reference; the caller owns one. @kernel include/drm/drm_gem.h: drm_gem_object_get() */
export function* gemGet(object: Addr): Step<void> {
  yield* krefGet(object + REFCOUNT);
}

/** For weak lookups: false if the object is being freed. @kernel include/linux/kref.h: kref_get_unless_zero() on drm_gem_object.refcount */
export function* gemGetUnlessZero(object: Addr): Step<boolean> {
  return yield* krefGetUnlessZero(object + REFCOUNT);
}

/** Drops a reference; the last one frees the object right here. @kernel include/drm/drm_gem.h: drm_gem_object_put() */
export function* gemPut(object: Addr): Step<void> {
  if (yield* krefPut(object + REFCOUNT)) yield* gemFree(object);
}

/** The refcount is zero: nobody else may use the object. @kernel drivers/gpu/drm/drm_gem.c: drm_gem_object_free() */
function* gemFree(object: Addr): Step<void> {
  const resv = yield* resvOf(object);
  yield* openWindow(resv, object);
  checkLastPut(resv, (yield* deviceOf(object)) + Device.at.lruLock);
  const inside = othersInside(object);
  const timed = tick(STAT.FREES) % FREES_A_SAMPLE === 0;
  const start = timed ? milliseconds() : 0;
  const exported = yield* shmemFree(object);
  if (timed) {
    countFor(STAT.FREE_NS, Math.round((milliseconds() - start) * 1e6));
    countFor(STAT.FREES_TIMED, 1);
  }
  if (inside !== 0 || leftBehind(object)) countFor(STAT.OVERLAP, 1);
  if (exported !== 0) yield* gemPut(exported);
}

/** Ends every free that somebody else has left: what the device has let go of, and the queue of design `deferred`. */
export function* runFreeWorker(device: Addr): Step<void> {
  for (let object = yield* nextCompletion(device); object !== 0; object = yield* nextCompletion(device)) {
    const exported = yield* shmemFreeNow(object);
    if (exported !== 0) yield* gemPut(exported);
  }
  for (let object = yield* nextDeferred(device); object !== 0; object = yield* nextDeferred(device)) {
    yield* tearDownDeferred(object);
    yield* gemPut(object);
  }
}
