import { type Addr, peek, read, type Step, write } from "../atomic/index.ts";
import { EINVAL, ENOMEM } from "../errno.ts";
import { GFP_KERNEL } from "../mm/gfp.ts";
import { allocSmall } from "../mm/reclaim.ts";
import { mutexLock, mutexUnlock } from "../sync/mutex.ts";
import { spinLock, spinUnlock } from "../sync/spinlock.ts";
import { report } from "../violation.ts";
import { Device } from "./device.ts";
import { gemGet, gemPut } from "./gem.ts";
import { deviceOf, Gem } from "./gem-object.ts";
import { primePut } from "./prime.ts";

const { tableLock: TABLE_LOCK, handles: HANDLES, handleSlots: SLOTS, objectNameLock: NAME_LOCK } = Device.at;
const HANDLE_COUNT = Gem.at.handleCount;
const RESERVED = -1;

/**
 * Gives the object a handle; all handles together hold one reference. The handle, from 1, or ENOMEM. The slot is
 * reserved first and published last, so that nobody closes a handle half made.
 * @kernel drivers/gpu/drm/drm_gem.c: drm_gem_handle_create_tail()
 */
export function* handleCreate(object: Addr): Step<number> {
  const device = yield* deviceOf(object);
  yield* mutexLock(device + NAME_LOCK);
  const before = yield* read(object + HANDLE_COUNT);
  yield* write(object + HANDLE_COUNT, before + 1);
  if (before === 0) yield* gemGet(object);
  // The table grows by an allocation that may sleep: so nothing in reclaim may take this mutex.
  const grown = yield* allocSmall(device + Device.at.pool, GFP_KERNEL);
  const handle = grown === 0 ? yield* reserveSlot(device) : grown;
  yield* mutexUnlock(device + NAME_LOCK);
  if (handle < 0) {
    yield* handlePut(object);
    return handle;
  }
  yield* spinLock(device + TABLE_LOCK);
  yield* write(peek(device + HANDLES) + handle - 1, object);
  yield* spinUnlock(device + TABLE_LOCK);
  return handle;
}

function* reserveSlot(device: Addr): Step<number> {
  const table = peek(device + HANDLES);
  let found = ENOMEM;
  yield* spinLock(device + TABLE_LOCK);
  for (let slot = 0; slot < peek(device + SLOTS) && found < 0; slot++) {
    if ((yield* read(table + slot)) !== 0) continue;
    yield* write(table + slot, RESERVED);
    found = slot + 1;
  }
  yield* spinUnlock(device + TABLE_LOCK);
  return found;
}

/** Closes a handle: 0, or EINVAL if there is none. @kernel drivers/gpu/drm/drm_gem.c: drm_gem_handle_delete() */
export function* handleDelete(device: Addr, handle: number): Step<number> {
  if (handle < 1 || handle > peek(device + SLOTS)) return EINVAL;
  const slot = peek(device + HANDLES) + handle - 1;
  yield* spinLock(device + TABLE_LOCK);
  const object = yield* read(slot);
  if (object > 0) yield* write(slot, RESERVED);
  yield* spinUnlock(device + TABLE_LOCK);
  if (object <= 0) return EINVAL;
  yield* handlePut(object);
  yield* spinLock(device + TABLE_LOCK);
  yield* write(slot, 0);
  yield* spinUnlock(device + TABLE_LOCK);
  return 0;
}

/** Drops one handle; the last drops the handles' reference, outside the mutex. @kernel drm_gem.c: drm_gem_object_handle_put_unlocked() */
function* handlePut(object: Addr): Step<void> {
  const device = yield* deviceOf(object);
  yield* mutexLock(device + NAME_LOCK);
  const left = (yield* read(object + HANDLE_COUNT)) - 1;
  if (left < 0) report("invariant", object, left);
  yield* write(object + HANDLE_COUNT, left);
  // The buffer that the object was exported as goes with the last handle.
  const buffer = left === 0 ? yield* read(object + Gem.at.dmaBuf) : 0;
  if (buffer !== 0) yield* write(object + Gem.at.dmaBuf, 0);
  yield* mutexUnlock(device + NAME_LOCK);
  if (buffer !== 0) yield* primePut(buffer);
  if (left === 0) yield* gemPut(object);
}

/** Finds a handle's object and takes a reference, or 0. A plain get will do: the handle's own reference cannot go under the table lock. @kernel drm_gem.c: drm_gem_object_lookup() */
export function* gemLookup(device: Addr, handle: number): Step<Addr> {
  if (handle < 1 || handle > peek(device + SLOTS)) return 0;
  yield* spinLock(device + TABLE_LOCK);
  const object = yield* read(peek(device + HANDLES) + handle - 1);
  if (object > 0) yield* gemGet(object);
  yield* spinUnlock(device + TABLE_LOCK);
  return Math.max(object, 0);
}

/** Closes every handle of the file. @kernel drm_gem.c: drm_gem_release() */
export function* gemFileRelease(device: Addr): Step<void> {
  for (let handle = 1; handle <= peek(device + SLOTS); handle++) yield* handleDelete(device, handle);
}
