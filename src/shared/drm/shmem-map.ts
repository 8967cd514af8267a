import { type Addr, peek, read, type Step, write } from "../atomic/index.ts";
import { EINTR, ENOMEM } from "../errno.ts";
import { allocate, free } from "../memory/object.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { GFP_KERNEL } from "../mm/gfp.ts";
import { freePages } from "../mm/page-pool.ts";
import { allocPages } from "../mm/reclaim.ts";
import { refcountDecAndTest, refcountIncNotZero, refcountSet } from "../sync/refcount.ts";
import { Device } from "./device.ts";
import { dmaResvLockInterruptible } from "./dma-resv.ts";
import { deviceOf, resvAssertHeld, resvOf, Shmem } from "./gem-object.ts";
import { gemUnlock } from "./gem-unlock.ts";
import {
  shmemGetPagesLocked,
  shmemPinLocked,
  shmemPutPagesLocked,
  shmemSwapinLocked,
  shmemUnpinLocked,
} from "./shmem-pages.ts";

const { sgt: SGT, vaddr: VADDR, vmapUseCount: VMAPS } = Shmem.at;

/** Where the device finds the pages. @kernel include/linux/scatterlist.h: struct sg_table */
const SgTable: Layout<"page"> = struct("sg_table", { page: "plain" });
/** Where the kernel finds them. @kernel include/linux/vmalloc.h: struct vm_struct */
const VmapArea: Layout<"page"> = struct("vm_area", { page: "plain" });

/** An sg table for the object, a page of kernel memory from the pool. Its address, or ENOMEM. @kernel lib/scatterlist.c: sg_alloc_table() */
export function* allocSgTable(object: Addr): Step<number> {
  return yield* allocTable(object, SgTable);
}

/** A page of kernel memory for a table, from the pool; the table's address, or ENOMEM. */
function* allocTable(object: Addr, kind: Layout<"page">): Step<number> {
  const device = yield* deviceOf(object);
  if ((yield* allocPages(device + Device.at.pool, 1, GFP_KERNEL)) !== 0) return ENOMEM;
  return yield* allocate(peek(device + Device.at.heap), kind);
}

function* freeTable(object: Addr, table: Addr): Step<void> {
  const device = yield* deviceOf(object);
  yield* free(peek(device + Device.at.heap), table);
  yield* freePages(device + Device.at.pool, 1);
}

/** Maps the object for the kernel. Caller holds resv, and a reference for as long as the mapping lives. 0 or ENOMEM. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_vmap_locked() */
export function* shmemVmapLocked(object: Addr): Step<number> {
  yield* resvAssertHeld(object);
  if (yield* refcountIncNotZero(object + VMAPS)) return 0;
  const error = yield* shmemPinLocked(object);
  if (error !== 0) return error;
  const mapping = yield* allocTable(object, VmapArea);
  if (mapping < 0) {
    yield* shmemUnpinLocked(object);
    return mapping;
  }
  yield* write(object + VADDR, mapping);
  yield* refcountSet(object + VMAPS, 1);
  return 0;
}

/** Drops a kernel mapping. Caller holds resv. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_vunmap_locked() */
export function* shmemVunmapLocked(object: Addr): Step<void> {
  yield* resvAssertHeld(object);
  if (!(yield* refcountDecAndTest(object + VMAPS))) return;
  yield* freeTable(object, yield* read(object + VADDR));
  yield* write(object + VADDR, 0);
  yield* shmemUnpinLocked(object);
}

/** Makes the sg table if there is none; it owns a pages use. Caller holds resv. 0 or ENOMEM. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_get_pages_sgt_locked() */
export function* shmemGetSgtLocked(object: Addr): Step<number> {
  if ((yield* read(object + SGT)) !== 0) return 0;
  // A table of pages that are swapped out would name none.
  const swapped = yield* shmemSwapinLocked(object);
  if (swapped !== 0) return swapped;
  const error = yield* shmemGetPagesLocked(object);
  if (error !== 0) return error;
  const table = yield* allocTable(object, SgTable);
  if (table < 0) {
    yield* shmemPutPagesLocked(object);
    return table;
  }
  yield* write(object + SGT, table);
  return 0;
}

/** Like `shmemGetSgtLocked`, taking the lock. 0, EINTR or ENOMEM. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_get_pages_sgt() */
export function* shmemGetSgt(object: Addr): Step<number> {
  const resv = yield* resvOf(object);
  if ((yield* dmaResvLockInterruptible(resv, 0)) !== 0) return EINTR;
  const error = yield* shmemGetSgtLocked(object);
  yield* gemUnlock(object, resv);
  return error;
}

/** Frees the sg table, if there is one; the pages use it owned stays for the caller to drop. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_free() */
export function* shmemFreeSgt(object: Addr): Step<void> {
  const table = yield* read(object + SGT);
  if (table === 0) return;
  yield* write(object + SGT, 0);
  yield* freeTable(object, table);
}
