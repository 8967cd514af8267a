import { type Addr, peek, read, type Step, write } from "../atomic/index.ts";
import { allocateWords, free } from "../memory/object.ts";
import { CALLBACK, DESIGN } from "./designs.ts";
import { callbackOf, Device, designOf } from "./device.ts";
import { dmaResvLockInterruptible, dmaResvUnlock } from "./dma-resv.ts";
import { deviceOf, resvOf, Shmem } from "./gem-object.ts";
import { shmemGetSgt } from "./shmem-map.ts";
import { shmemGetPagesLocked, shmemPin, shmemUnpin, shmemUnpinLocked } from "./shmem-pages.ts";

// What a driver keeps for the whole life of an object, and gives back in its free callback, before the free path proper.

const TABLE = Shmem.at.ownTable;

/** Takes what the device's driver keeps for the object's whole life. 0, EINTR or ENOMEM, and then it keeps nothing. */
export function* keepForLife(object: Addr): Step<number> {
  switch (callbackOf(yield* deviceOf(object))) {
    case CALLBACK.PLAIN:
      return yield* shmemGetSgt(object);
    case CALLBACK.UNPIN_FIRST:
      return yield* keepPinned(object);
    case CALLBACK.OWN_TABLE_FIRST:
      return yield* keepOwnTable(object);
    default:
      return yield* keepPages(object);
  }
}

function* keepPinned(object: Addr): Step<number> {
  const error = yield* shmemGetSgt(object);
  return error === 0 ? yield* shmemPin(object) : error;
}

/** @kernel drivers/gpu/drm/virtio/virtgpu_object.c: virtio_gpu_object_shmem_init() */
function* keepOwnTable(object: Addr): Step<number> {
  const device = yield* deviceOf(object);
  const error = yield* shmemPin(object);
  if (error === 0) yield* write(object + TABLE, yield* allocateWords(peek(device + Device.at.heap), 0, 1));
  return error;
}

/** Pages without an sg table, whose tables are elsewhere. @kernel drivers/gpu/drm/panfrost/panfrost_mmu.c: panfrost_mmu_map_fault_addr() */
function* keepPages(object: Addr): Step<number> {
  const resv = yield* resvOf(object);
  const locked = yield* dmaResvLockInterruptible(resv, 0);
  if (locked !== 0) return locked;
  const error = yield* shmemGetPagesLocked(object);
  yield* dmaResvUnlock(resv);
  return error;
}

/**
 * The driver's part of a free, no lock held. Where the assertion lets a dead object pass, its pin is dropped without the
 * lock; elsewhere the only helper there is takes the lock.
 */
export function* giveBack(object: Addr): Step<void> {
  const device = yield* deviceOf(object);
  yield* dropTable(object);
  if (!keepsPin(device)) return;
  if (designOf(device) === DESIGN.KREF_ASSERT) yield* shmemUnpinLocked(object);
  else yield* shmemUnpin(object);
}

/** The driver's part of a free, with the reservation lock held. */
export function* giveBackLocked(object: Addr): Step<void> {
  yield* dropTable(object);
  if (keepsPin(yield* deviceOf(object))) yield* shmemUnpinLocked(object);
}

function keepsPin(device: Addr): boolean {
  const callback = callbackOf(device);
  return callback === CALLBACK.UNPIN_FIRST || callback === CALLBACK.OWN_TABLE_FIRST;
}

function* dropTable(object: Addr): Step<void> {
  const table = yield* read(object + TABLE);
  if (table === 0) return;
  yield* write(object + TABLE, 0);
  const device = yield* deviceOf(object);
  yield* free(peek(device + Device.at.heap), table);
}
