import { type Addr, load, read, type Step, write } from "../atomic/index.ts";
import { refcountDecAndTest } from "../sync/refcount.ts";
import { report } from "../violation.ts";
import { CALLBACK, DESIGN } from "./designs.ts";
import { callbackOf, designOf } from "./device.ts";
import { dmaBufPut } from "./dma-buf.ts";
import { dmaResvLock, dmaResvTrylock, dmaResvUnlock } from "./dma-resv.ts";
import { giveBack, giveBackLocked } from "./free-callback.ts";
import { deferObject, deferToCompletion, individualize } from "./free-later.ts";
import { deviceOf, Gem, resvOf, Shmem } from "./gem-object.ts";
import { gemRelease } from "./gem-release.ts";
import { primeDestroy, primeDetach } from "./prime-destroy.ts";
import { madvListRemove } from "./shmem-lru.ts";
import { shmemFreeSgt } from "./shmem-map.ts";
import { shmemFreePages, shmemPutPagesLocked } from "./shmem-pages.ts";

// The free path, entered by the put that dropped the last reference, in that task and with its locks. Each function
// returns an object whose reference the caller has to drop then (the exporter of an import whose buffer went), or 0.

/** Frees an object by the device's design, the driver's callback first. @kernel drivers/gpu/drm/drm_gem.c: drm_gem_object_free() */
export function* shmemFree(object: Addr): Step<Addr> {
  if (callbackOf(yield* deviceOf(object)) === CALLBACK.OWN_TABLE_FIRST) {
    yield* deferToCompletion(object);
    return 0;
  }
  return yield* shmemFreeNow(object);
}

/** Like `shmemFree`, once no answer of the device is waited for any more. @kernel drivers/gpu/drm/drm_gem_shmem_helper.c: drm_gem_shmem_free() */
export function* shmemFreeNow(object: Addr): Step<Addr> {
  const design = designOf(yield* deviceOf(object));
  if (design === DESIGN.DEFERRED) return yield* freeOrDefer(object);
  // Off the list before anything else: the walker takes no reference. @kernel drivers/gpu/drm/panfrost/panfrost_gem.c: panfrost_gem_free_object()
  if (design === DESIGN.LIST_LOCK) yield* madvListRemove(object);
  yield* giveBack(object);
  if ((yield* read(object + Gem.at.importAttach)) !== 0) return yield* freeImported(object);
  switch (design) {
    case DESIGN.KREF_ASSERT:
      // No lock: the helpers' assertion lets an object pass whose refcount is zero. Patch v15 17/23.
      yield* tearDown(object);
      break;
    case DESIGN.HELPER:
      yield* freePagesAlone(object);
      break;
    case DESIGN.HELPER_STRICT:
      if (yield* isSoleUser(object)) yield* freePagesAlone(object);
      break;
    default:
      yield* tearDownUnderLock(object);
  }
  return yield* released(object);
}

function* released(object: Addr): Step<Addr> {
  yield* gemRelease(object);
  return 0;
}

function* freeImported(object: Addr): Step<Addr> {
  const exported = yield* primeDestroy(object);
  yield* gemRelease(object);
  return exported;
}

/** Takes the reservation lock, whatever the putter holds: what lockdep complains of. drm-shmem since v6.5. */
function* tearDownUnderLock(object: Addr): Step<void> {
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  yield* tearDown(object);
  yield* dmaResvUnlock(resv);
}

/** Drops mappings and pages through the helpers that want the lock held. */
function* tearDown(object: Addr): Step<void> {
  yield* warnUnless(object, Shmem.at.vmapUseCount, 0);
  const hasPages =
    (yield* read(object + Shmem.at.pages)) !== 0 || (yield* read(object + Shmem.at.evicted)) !== 0;
  yield* shmemFreeSgt(object);
  if (hasPages) yield* shmemPutPagesLocked(object);
  yield* warnUnless(object, Shmem.at.pagesUseCount, 0);
  yield* warnUnless(object, Shmem.at.pagesPinCount, 0);
}

/** A helper of its own for the free path, without lock or assertion; all others stay strict. The review of v15 17/23. */
function* freePagesAlone(object: Addr): Step<void> {
  yield* warnUnless(object, Shmem.at.vmapUseCount, 0);
  yield* shmemFreeSgt(object);
  const uses = object + Shmem.at.pagesUseCount;
  if ((yield* load(uses)) > 0 && (yield* refcountDecAndTest(uses))) yield* shmemFreePages(object);
  yield* warnUnless(object, Shmem.at.pagesUseCount, 0);
  yield* warnUnless(object, Shmem.at.pagesPinCount, 0);
}

/**
 * The strict form of the helper: one pages use if there is an sg table, else none. If somebody else still counts on the
 * pages it complains and leaks them: better than to recycle memory in use. The review of v15 17/23.
 */
function* isSoleUser(object: Addr): Step<boolean> {
  const wanted = (yield* read(object + Shmem.at.sgt)) === 0 ? 0 : 1;
  const uses = yield* load(object + Shmem.at.pagesUseCount);
  if (uses === wanted) return true;
  report("invariant", object, uses);
  return false;
}

/**
 * Trylock; if somebody has the lock, revives the object and leaves it to the free worker, which may wait. An import is
 * always left to it, since its lock is the exporter's. @kernel drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_release()
 */
function* freeOrDefer(object: Addr): Step<Addr> {
  if ((yield* read(object + Shmem.at.tornDown)) !== 0) return yield* releaseTornDown(object);
  if ((yield* read(object + Gem.at.importAttach)) === 0) {
    yield* individualize(object);
    const resv = yield* resvOf(object);
    if (yield* dmaResvTrylock(resv)) {
      yield* giveBackLocked(object);
      yield* tearDown(object);
      yield* dmaResvUnlock(resv);
      return yield* released(object);
    }
  }
  yield* deferObject(object);
  return 0;
}

/** The worker has done its part: whoever had the last reference returns the memory, and locks nothing. */
function* releaseTornDown(object: Addr): Step<Addr> {
  const buffer = yield* read(object + Gem.at.importAttach);
  yield* gemRelease(object);
  return buffer === 0 ? 0 : yield* dmaBufPut(buffer);
}

/**
 * The free worker's part: takes the lock, which may wait, and takes the pages away; an import is detached, and keeps the
 * buffer, whose lock is its own, to its end. @kernel ttm_bo.c: ttm_bo_delayed_delete()
 */
export function* tearDownDeferred(object: Addr): Step<void> {
  if ((yield* read(object + Gem.at.importAttach)) !== 0) {
    yield* primeDetach(object);
    yield* write(object + Shmem.at.tornDown, 1);
    return;
  }
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  yield* giveBackLocked(object);
  yield* tearDown(object);
  yield* write(object + Shmem.at.tornDown, 1);
  yield* dmaResvUnlock(resv);
}

function* warnUnless(object: Addr, field: number, wanted: number): Step<void> {
  const seen = yield* load(object + field);
  if (seen !== wanted) report("invariant", object, seen);
}
