import { type Addr, load, peek, read, type Step, write } from "../atomic/index.ts";
import { ENOMEM } from "../errno.ts";
import { allocate, freedBy } from "../memory/object.ts";
import { POISON } from "../memory/poison.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { GFP_KERNEL } from "../mm/gfp.ts";
import { allocSmall } from "../mm/reclaim.ts";
import { krefInit } from "../sync/kref.ts";
import { LruNode } from "../sync/lru.ts";
import { Mutex } from "../sync/mutex.ts";
import { withoutEnd } from "../sync/recursion.ts";
import { report, reportAndAbandon } from "../violation.ts";
import { DESIGN, MUTANT } from "./designs.ts";
import { Device, designOf, mutantOf } from "./device.ts";
import { DmaResv, dmaResvInit, dmaResvIsHeld } from "./dma-resv.ts";

/** What every GEM object has. @kernel include/drm/drm_gem.h: struct drm_gem_object */
export const Gem: Layout<
  | "refcount"
  | "handleCount"
  | "device"
  | "resv"
  | "ownResv"
  | "node"
  | "deferredNext"
  | "vm"
  | "dmaBuf"
  | "importAttach"
  | "vmaNode"
> = struct("drm_gem_object", {
  refcount: "atomic",
  /** All handles together hold one reference. Under `objectNameLock`. */
  handleCount: "plain",
  device: "plain",
  /** The reservation object in use: `ownResv`, or one shared with others. */
  resv: "plain",
  ownResv: DmaResv,
  node: LruNode,
  deferredNext: "plain",
  /** The VM whose reservation lock the object uses, or 0; owns a reference to it. */
  vm: "plain",
  /** The buffer that the object was exported as, or 0. Under `objectNameLock`. */
  dmaBuf: "plain",
  /** The buffer that the object was imported from, or 0; owns a reference to it. Set at the end of the import. */
  importAttach: "plain",
  /** 1 while the object has an mmap offset. */
  vmaNode: "plain",
});

/** An object backed by shmem pages. @kernel include/drm/drm_gem_shmem_helper.h: struct drm_gem_shmem_object */
export const Shmem: Layout<
  | "base"
  | "pages"
  | "pageCount"
  | "pagesUseCount"
  | "pagesPinCount"
  | "vmapUseCount"
  | "vaddr"
  | "sgt"
  | "madv"
  | "evicted"
  | "tornDown"
  | "ownTable"
  | "mappingsLock"
  | "gpuUseCount"
> = struct("drm_gem_shmem_object", {
  base: Gem,
  /** The page array, or 0. Under resv. */
  pages: "plain",
  /** Size in pages. Constant after init. */
  pageCount: "plain",
  /** 0 to 1 and 1 to 0 only under resv; above 1 without. */
  pagesUseCount: "atomic",
  pagesPinCount: "atomic",
  vmapUseCount: "atomic",
  /** The kernel mapping, or 0. Under resv. */
  vaddr: "plain",
  /** The sg table, or 0; owns one pages use. Under resv. */
  sgt: "plain",
  /** 0 needed, above 0 not needed, -1 purged for good. Under resv. */
  madv: "plain",
  /** 1 while pages are swapped out. Under resv. */
  evicted: "plain",
  /** 1 once the free worker of design `deferred` has taken the pages away. */
  tornDown: "plain",
  /** The driver's own table, or 0 (callback `own-table-first`); the driver's to free. */
  ownTable: "plain",
  /** GPU mappings (design `list-lock`). @kernel drivers/gpu/drm/panfrost/panfrost_gem.h: mappings.lock */
  mappingsLock: Mutex,
  /** Jobs that use the pages: above 0 they are not purged. @kernel panfrost_gem.h: gpu_usecount */
  gpuUseCount: "atomic",
});

const { device: DEVICE, resv: RESV, refcount: REFCOUNT } = Gem.at;

/** The reservation lock of an object. Constant after creation. */
export function* resvOf(object: Addr): Step<Addr> {
  return alive(object, yield* read(object + RESV));
}

/** The device of an object. Constant after creation. */
export function* deviceOf(object: Addr): Step<Addr> {
  return alive(object, yield* read(object + DEVICE));
}

// Both are read at the start of every path, so a path on a freed object is caught there in any build.
function alive(object: Addr, value: number): number {
  if (value === POISON) reportAndAbandon("use-after-free", object, value, freedBy(object) + 1);
  return value;
}

/**
 * Creates an object of `pages` pages without any in memory yet; the caller owns its one reference. `resv` 0 gives it its
 * own reservation lock. The object's address, or ENOMEM. @kernel drivers/gpu/drm/drm_gem_shmem_helper.c: __drm_gem_shmem_create()
 */
export function* shmemCreate(device: Addr, pages: number, resv = 0): Step<number> {
  if ((yield* allocSmall(device + Device.at.pool, GFP_KERNEL)) !== 0) return ENOMEM;
  const object = yield* allocate(peek(device + Device.at.heap), Shmem);
  yield* write(object + DEVICE, device);
  yield* write(object + Shmem.at.pageCount, pages);
  yield* dmaResvInit(object + Gem.at.ownResv, device + Device.at.resvClass);
  yield* write(object + RESV, resv === 0 ? object + Gem.at.ownResv : resv);
  yield* krefInit(object + REFCOUNT);
  return object;
}

/**
 * Complains with `resv-not-held` unless this task holds the object's lock. In design `kref-assert` an object
 * whose refcount is zero passes: the v15 patch's rule. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_resv_assert_held()
 */
export function* resvAssertHeld(object: Addr): Step<void> {
  const device = yield* deviceOf(object);
  if (designOf(device) === DESIGN.KREF_ASSERT) {
    if ((yield* load(object + REFCOUNT)) === 0) return;
    // As posted the helper calls itself for a live object, where it means the lock's own assertion.
    if (mutantOf(device) === MUTANT.KREF_ASSERT_AS_POSTED) {
      withoutEnd(object);
      return yield* resvAssertHeld(object);
    }
  }
  const resv = yield* resvOf(object);
  if (!(yield* dmaResvIsHeld(resv))) report("resv-not-held", object, peek(resv));
}
