import { type Addr, peek, readOnce, type Step } from "../atomic/index.ts";
import { Lru, LruNode, lruRemove } from "../sync/lru.ts";
import { mutexLock, mutexUnlock } from "../sync/mutex.ts";
import { Device } from "./device.ts";

/** Takes an object's node off the LRU that it is on, if any, under the device's LRU lock. @kernel drivers/gpu/drm/drm_gem.c: drm_gem_lru_remove() */
export function* lruLeave(device: Addr, node: Addr): Step<void> {
  if (peek(device + Device.at.lruByPointer) === 1) return yield* leaveByPointer(node);
  yield* mutexLock(device + Device.at.lruLock);
  yield* lruRemove(node);
  yield* mutexUnlock(device + Device.at.lruLock);
}

// From v6.1 to 2026 the lock was found through the object, which names its list, and that was read without a lock. Both
// reads are marked: what they find is the trouble.
function* leaveByPointer(node: Addr): Step<void> {
  const lru = yield* readOnce(node + LruNode.at.lru);
  if (lru === 0) return;
  const lock = yield* readOnce(lru + Lru.at.lock);
  yield* mutexLock(lock);
  yield* lruRemove(node);
  yield* mutexUnlock(lock);
}
