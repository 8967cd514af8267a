import { type Addr, load, read, readOnce, type Step } from "../atomic/index.ts";
import { Lru, LruNode, lruFirst, lruRemove } from "../sync/lru.ts";
import { mutexTrylock, mutexUnlock } from "../sync/mutex.ts";
import { Device } from "./device.ts";
import { dmaResvTrylock } from "./dma-resv.ts";
import { Gem, resvOf, Shmem } from "./gem-object.ts";
import { gemUnlock } from "./gem-unlock.ts";
import { worksOn } from "./overlap.ts";
import { isPurgeable } from "./shmem-lru.ts";
import { shmemPurgeLocked } from "./shmem-madvise.ts";

/** Pages on the purge list, or 0 while somebody has its lock. @kernel drivers/gpu/drm/panfrost/panfrost_gem_shrinker.c: panfrost_gem_shrinker_count() */
export function* listCount(device: Addr): Step<number> {
  if (!(yield* mutexTrylock(device + Device.at.shrinkerLock))) return 0;
  const pages = yield* read(device + Device.at.madvList + Lru.at.pages);
  yield* mutexUnlock(device + Device.at.shrinkerLock);
  return pages;
}

/**
 * Walks the purge list under its lock, by trylocks only, and takes no reference: a free gets past that lock first, so it
 * cannot be entered from here. `wanted` pages at most; returns pages freed.
 * @kernel panfrost_gem_shrinker.c: panfrost_gem_shrinker_scan()
 */
export function* listScan(device: Addr, wanted: number): Step<number> {
  const lock = device + Device.at.shrinkerLock;
  if (!(yield* mutexTrylock(lock))) return 0;
  let freed = 0;
  let node = yield* lruFirst(device + Device.at.madvList);
  while (node !== 0 && freed < wanted) {
    const next = yield* read(node + LruNode.at.next);
    const before = worksOn(node - Gem.at.node);
    freed += yield* tryPurge(node - Gem.at.node);
    worksOn(before);
    node = next;
  }
  yield* mutexUnlock(lock);
  return freed;
}

/** As the kernel looks before it tries any lock of the object: a hint. @kernel drm_gem_shmem_helper.h: drm_gem_shmem_is_purgeable() */
function* looksPurgeable(object: Addr): Step<boolean> {
  return (yield* readOnce(object + Shmem.at.madv)) > 0 && (yield* readOnce(object + Shmem.at.sgt)) !== 0;
}

/** @kernel panfrost_gem_shrinker.c: panfrost_gem_purge() */
function* tryPurge(object: Addr): Step<number> {
  if (!(yield* looksPurgeable(object))) return 0;
  if ((yield* load(object + Shmem.at.gpuUseCount)) !== 0) return 0;
  const mappings = object + Shmem.at.mappingsLock;
  if (!(yield* mutexTrylock(mappings))) return 0;
  const resv = yield* resvOf(object);
  let freed = 0;
  if (yield* dmaResvTrylock(resv)) {
    if (yield* isPurgeable(object)) {
      yield* shmemPurgeLocked(object);
      freed = yield* read(object + Shmem.at.pageCount);
    }
    yield* gemUnlock(object, resv);
  }
  yield* mutexUnlock(mappings);
  if (freed > 0) yield* lruRemove(object + Gem.at.node);
  return freed;
}
