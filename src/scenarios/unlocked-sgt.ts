import { type Addr, peek, readOnce, type Step, writeOnce } from "#shared/atomic/index";
import { Device } from "#shared/drm/device";
import { deviceOf, Shmem } from "#shared/drm/gem-object";
import { free } from "#shared/memory/object";
import { freePages } from "#shared/mm/page-pool";

/**
 * Frees the sg table as `shmemFreeSgt` does, without the lock. Its accesses are marked: what goes wrong shows by what
 * becomes of the table, not as a data race that a marked access would hide in the kernel too.
 */
export function* freeSgtUnlocked(object: Addr): Step<void> {
  const device = yield* deviceOf(object);
  const table = yield* readOnce(object + Shmem.at.sgt);
  if (table === 0) return;
  yield* writeOnce(object + Shmem.at.sgt, 0);
  yield* free(peek(device + Device.at.heap), table);
  yield* freePages(device + Device.at.pool, 1);
}
