import { type Addr, peek, read, type Step, writeOnce } from "../atomic/index.ts";
import { allocate, free } from "../memory/object.ts";
import { Lru, LruNode, lruFirst, lruMoveTail, lruSplice } from "../sync/lru.ts";
import { mutexLock, mutexUnlock } from "../sync/mutex.ts";
import { Device } from "./device.ts";
import { gemGetUnlessZero, gemPut } from "./gem.ts";
import { Gem } from "./gem-object.ts";

/**
 * The LRU walk from v6.1 to 2026, of the evictable list, taking nothing away: the list for what it has seen is on its
 * stack, names the same lock, and is gone when the walk returns. @kernel drivers/gpu/drm/drm_gem.c: drm_gem_lru_scan(), before 379e8f1ca5e9
 */
export function* scanToStackList(device: Addr): Step<void> {
  const lru = device + Device.at.evictable;
  const lock = peek(lru + Lru.at.lock);
  const heap = peek(device + Device.at.heap);
  const seen = yield* allocate(heap, Lru);
  yield* writeOnce(seen + Lru.at.lock, lock);
  yield* mutexLock(lock);
  for (let node = yield* lruFirst(lru); node !== 0; node = yield* lruFirst(lru)) {
    yield* lruMoveTail(seen, node, yield* read(node + LruNode.at.pages));
    const object = node - Gem.at.node;
    if (!(yield* gemGetUnlessZero(object))) continue;
    yield* mutexUnlock(lock);
    yield* gemPut(object);
    yield* mutexLock(lock);
  }
  yield* lruSplice(seen, lru);
  yield* mutexUnlock(lock);
  yield* free(heap, seen);
}
