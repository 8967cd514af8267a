import { type Addr, load, peek, read, type Step, store, write } from "../atomic/index.ts";
import { countFor, STAT } from "../stats.ts";
import { closeWindow } from "../sync/contention-monitor.ts";
import { krefInit } from "../sync/kref.ts";
import { refcountDecAndTest } from "../sync/refcount.ts";
import { spinLock, spinUnlock } from "../sync/spinlock.ts";
import { report } from "../violation.ts";
import { DESIGN } from "./designs.ts";
import { Device, designOf } from "./device.ts";
import { dmaResvLock, dmaResvTrylock, dmaResvUnlock } from "./dma-resv.ts";
import { deviceOf, Gem, gemRelease, resvOf, Shmem } from "./gem-object.ts";
import { shmemFreeSgt } from "./shmem-map.ts";
import { shmemFreePages, shmemPutPagesLocked } from "./shmem-pages.ts";

// The free path, entered by the put that dropped the last reference, in that task and with its locks.

/** Frees an object by the device's design. @kernel drivers/gpu/drm/drm_gem_shmem_helper.c: drm_gem_shmem_free() */
export function* shmemFree(object: Addr): Step<void> {
  switch (designOf(yield* deviceOf(object))) {
    case DESIGN.LOCK:
      return yield* freeUnderLock(object);
    case DESIGN.KREF_ASSERT:
      return yield* freeAsserting(object);
    case DESIGN.HELPER:
      return yield* freeByHelper(object);
    default:
      return yield* freeOrDefer(object);
  }
}

/** Takes the reservation lock, whatever the putter holds: what lockdep complains of. drm-shmem since v6.5. */
function* freeUnderLock(object: Addr): Step<void> {
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  yield* tearDown(object);
  yield* dmaResvUnlock(resv);
  yield* gemRelease(object);
}

/** Takes no lock; the helpers' assertion lets an object pass whose refcount is zero. Patch v15 17/23. */
function* freeAsserting(object: Addr): Step<void> {
  yield* tearDown(object);
  yield* gemRelease(object);
}

/** Drops mappings and pages through the helpers that want the lock held. */
function* tearDown(object: Addr): Step<void> {
  yield* warnUnless(object, Shmem.at.vmapUseCount, 0);
  yield* shmemFreeSgt(object);
  if ((yield* load(object + Shmem.at.pagesUseCount)) > 0) yield* shmemPutPagesLocked(object);
  yield* warnUnless(object, Shmem.at.pagesUseCount, 0);
  yield* warnUnless(object, Shmem.at.pagesPinCount, 0);
}

/** A helper of its own for the free path, without lock or assertion; all others stay strict. The review of v15 17/23. */
function* freeByHelper(object: Addr): Step<void> {
  yield* warnUnless(object, Shmem.at.vmapUseCount, 0);
  yield* shmemFreeSgt(object);
  const uses = object + Shmem.at.pagesUseCount;
  if ((yield* load(uses)) > 0 && (yield* refcountDecAndTest(uses))) yield* shmemFreePages(object);
  yield* warnUnless(object, Shmem.at.pagesUseCount, 0);
  yield* warnUnless(object, Shmem.at.pagesPinCount, 0);
  yield* gemRelease(object);
}

/**
 * Trylock; if somebody has the lock, revives the object and leaves it to the free worker, which may wait.
 * @kernel drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_release()
 */
function* freeOrDefer(object: Addr): Step<void> {
  if ((yield* read(object + Shmem.at.tornDown)) !== 0) return yield* gemRelease(object);
  const resv = yield* resvOf(object);
  if (yield* dmaResvTrylock(resv)) {
    yield* tearDown(object);
    yield* dmaResvUnlock(resv);
    return yield* gemRelease(object);
  }
  countFor(STAT.DEFERRED, 1);
  yield* closeWindow(resv);
  yield* krefInit(object + Gem.at.refcount);
  yield* queueDeferred(object);
}

function* queueDeferred(object: Addr): Step<void> {
  const device = yield* deviceOf(object);
  yield* spinLock(device + Device.at.deferredLock);
  yield* write(object + Gem.at.deferredNext, yield* load(device + Device.at.deferred));
  yield* store(device + Device.at.deferred, object);
  yield* spinUnlock(device + Device.at.deferredLock);
}

/** Takes the next object that waits for the free worker, or 0. */
export function* nextDeferred(device: Addr): Step<Addr> {
  if ((yield* load(device + Device.at.deferred)) === 0) return 0;
  yield* spinLock(device + Device.at.deferredLock);
  const object = yield* load(device + Device.at.deferred);
  if (object !== 0) yield* store(device + Device.at.deferred, yield* read(object + Gem.at.deferredNext));
  yield* spinUnlock(device + Device.at.deferredLock);
  return object;
}

/** The free worker's part: takes the lock, which may wait, and takes the pages away. @kernel ttm_bo.c: ttm_bo_delayed_delete() */
export function* tearDownDeferred(object: Addr): Step<void> {
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  yield* tearDown(object);
  yield* write(object + Shmem.at.tornDown, 1);
  yield* dmaResvUnlock(resv);
}

function* warnUnless(object: Addr, field: number, wanted: number): Step<void> {
  const seen = yield* load(object + field);
  if (seen !== wanted) report("invariant", object, peek(object + field));
}
