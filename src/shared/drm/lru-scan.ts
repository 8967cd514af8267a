import { type Addr, peek, poke, read, type Step, write } from "../atomic/index.ts";
import { krefGet } from "../sync/kref.ts";
import { Lru, LruNode, lruFirst, lruMoveTail, lruSplice } from "../sync/lru.ts";
import { mutexLock, mutexUnlock } from "../sync/mutex.ts";
import { currentBlock, TASK } from "../task.ts";
import { checkLru } from "./checks.ts";
import { MUTANT } from "./designs.ts";
import { Device, mutantOf } from "./device.ts";
import { dmaResvTestSignaled, dmaResvTrylock, dmaResvUnlock } from "./dma-resv.ts";
import { gemGetUnlessZero, gemPut } from "./gem.ts";
import { Gem, resvOf, Shmem } from "./gem-object.ts";
import { gemUnlock } from "./gem-unlock.ts";
import { worksOn } from "./overlap.ts";
import { isEvictable, isPurgeable } from "./shmem-lru.ts";
import { shmemEvictLocked, shmemPurgeLocked } from "./shmem-madvise.ts";

/**
 * Walks the list from its least recently used end and takes pages away, `wanted` at most; returns pages freed.
 * Takes a reference unless the object is being freed, before it touches the object's lock; holds neither when
 * it takes the list's lock again. The put may be the last: then the object is freed here, inside reclaim.
 * @kernel drivers/gpu/drm/drm_gem.c: drm_gem_lru_scan()
 */
export function* lruScan(device: Addr, lru: Addr, wanted: number): Step<number> {
  const lock = device + Device.at.lruLock;
  // Objects already seen go to a list on this task's stack, as in the kernel.
  const seen = currentBlock() + TASK.STACK;
  for (let word = 0; word < Lru.size; word++) yield* write(seen + word, 0);
  const trylockFirst = peek(device + Device.at.trylockFirst) === 1;
  let freed = 0;
  let remaining = 0;
  yield* mutexLock(lock);
  while (freed < wanted) {
    const node = yield* lruFirst(lru);
    if (node === 0) break;
    const size = yield* read(node + LruNode.at.pages);
    yield* lruMoveTail(seen, node, size);
    const object = node - Gem.at.node;
    const before = worksOn(object);
    if (trylockFirst) {
      freed += yield* shrinkUnowned(lock, object);
      worksOn(before);
      continue;
    }
    if (!(yield* takeReference(device, object))) {
      worksOn(before);
      continue;
    }
    yield* mutexUnlock(lock);
    const got = yield* tryShrink(object);
    if (got < 0) remaining += size;
    else freed += got;
    if (mutantOf(device) !== MUTANT.SHRINKER_LOCK_UNREF) yield* gemPut(object);
    worksOn(before);
    yield* mutexLock(lock);
  }
  poke(seen + Lru.size, remaining);
  yield* lruSplice(seen, lru);
  checkLru(lru);
  yield* mutexUnlock(lock);
  return freed;
}

/** Pages that this task's last walk skipped since somebody had their objects' locks. @kernel drm_gem.c: drm_gem_lru_scan(), parameter remaining */
export function lruRemaining(): number {
  return peek(currentBlock() + TASK.STACK + Lru.size);
}

/** Condition C3 dropped: the object's lock is tried under the list's, and no reference is taken. Comes and goes with the list's lock held. */
function* shrinkUnowned(lock: Addr, object: Addr): Step<number> {
  const resv = yield* resvOf(object);
  if (!(yield* dmaResvTrylock(resv))) return 0;
  yield* mutexUnlock(lock);
  const freed = yield* shrink(object);
  yield* dmaResvUnlock(resv);
  yield* mutexLock(lock);
  return freed;
}

function* takeReference(device: Addr, object: Addr): Step<boolean> {
  switch (mutantOf(device)) {
    case MUTANT.SHRINKER_PLAIN_GET:
      yield* krefGet(object + Gem.at.refcount);
      return true;
    case MUTANT.SHRINKER_LOCK_UNREF:
      return true;
    default:
      return yield* gemGetUnlessZero(object);
  }
}

/** Pages freed, or -1 if somebody has the object's lock. */
function* tryShrink(object: Addr): Step<number> {
  const resv = yield* resvOf(object);
  if (!(yield* dmaResvTrylock(resv))) return -1;
  const freed = yield* shrink(object);
  yield* gemUnlock(object, resv);
  return freed;
}

/** Takes the pages of one object away, if nobody uses them. Caller holds resv. */
function* shrink(object: Addr): Step<number> {
  const pages = yield* read(object + Shmem.at.pageCount);
  // Busy: a job still uses the pages.
  if (!(yield* dmaResvTestSignaled(yield* resvOf(object)))) return 0;
  if (yield* isPurgeable(object)) {
    yield* shmemPurgeLocked(object);
    return pages;
  }
  if (!(yield* isEvictable(object))) return 0;
  yield* shmemEvictLocked(object);
  return pages;
}
