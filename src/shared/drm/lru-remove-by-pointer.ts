import { type Addr, read, readOnce, type Step } from "../atomic/index.ts";
import { Lru, LruNode, lruRemove } from "../sync/lru.ts";
import { mutexLock, mutexUnlock } from "../sync/mutex.ts";

/**
 * The removal from an LRU from v6.1 to 2026: the list's lock is found through the object, which names its list without a lock. The read is
 * marked: what it finds is the trouble. @kernel drivers/gpu/drm/drm_gem.c: drm_gem_lru_remove(), before 379e8f1ca5e9
 */
export function* lruRemoveByPointer(node: Addr): Step<void> {
  const lru = yield* readOnce(node + LruNode.at.lru);
  if (lru === 0) return;
  const lock = yield* read(lru + Lru.at.lock);
  yield* mutexLock(lock);
  yield* lruRemove(node);
  yield* mutexUnlock(lock);
}
