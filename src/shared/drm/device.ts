import { type Addr, peek, type Step, write } from "../atomic/index.ts";
import { allocate, allocateWords } from "../memory/object.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { PagePool, pagePoolInit } from "../mm/page-pool.ts";
import { Lru } from "../sync/lru.ts";
import { Mutex } from "../sync/mutex.ts";
import { Spinlock } from "../sync/spinlock.ts";
import { WW_MUTANT, WwClass, wwClassInit } from "../sync/ww-context.ts";
import { type DrmMutant, drmMutants, type FreeDesign, freeDesigns } from "./designs.ts";

/** A DRM device and what belongs to it. @kernel include/drm/drm_device.h: struct drm_device */
export const Device: Layout<
  | "heap"
  | "design"
  | "mutant"
  | "pool"
  | "resvClass"
  | "lruLock"
  | "evictable"
  | "pinned"
  | "objectNameLock"
  | "tableLock"
  | "handles"
  | "handleSlots"
  | "deferredLock"
  | "deferred"
> = struct("drm_device", {
  heap: "plain",
  /** Index of `freeDesigns`. Constant after init. */
  design: "plain",
  /** Index of `drmMutants`. Constant after init. */
  mutant: "plain",
  pool: PagePool,
  resvClass: WwClass,
  lruLock: Mutex,
  /** Objects whose pages can be taken away. */
  evictable: Lru,
  /** Objects with pages that cannot. */
  pinned: Lru,
  objectNameLock: Mutex,
  tableLock: Spinlock,
  /** Table of one file's handles: a word each, 0 free, -1 reserved, else the object. */
  handles: "plain",
  handleSlots: "plain",
  deferredLock: Spinlock,
  /** Objects that wait for the free worker (design `deferred`), linked by `Gem.deferredNext`. */
  deferred: "atomic",
});

/** What a device is made from. */
export interface DeviceOptions {
  readonly design: FreeDesign;
  readonly mutant: DrmMutant;
  readonly algorithm: "wait-die" | "wound-wait";
  /** Pages of the pool and its watermarks. */
  readonly pages: number;
  readonly low: number;
  readonly high: number;
  /** Handles that the file can have at once. */
  readonly handles: number;
}

/** Creates a device in `heap`. @kernel drivers/gpu/drm/drm_drv.c: drm_dev_init() */
export function* deviceCreate(heap: Addr, options: DeviceOptions): Step<Addr> {
  const device = yield* allocate(heap, Device);
  yield* write(device + Device.at.heap, heap);
  yield* write(device + Device.at.design, freeDesigns.indexOf(options.design));
  yield* write(device + Device.at.mutant, drmMutants.indexOf(options.mutant));
  yield* pagePoolInit(device + Device.at.pool, options.pages, options.low, options.high);
  const wwMutant = options.mutant === "lost-wakeup" ? WW_MUTANT.LOST_WAKEUP : 0;
  yield* wwClassInit(device + Device.at.resvClass, options.algorithm, wwMutant);
  yield* write(device + Device.at.handles, yield* allocateWords(heap, 0, options.handles));
  yield* write(device + Device.at.handleSlots, options.handles);
  return device;
}

/** The free design of the device: one of `DESIGN`. */
export function designOf(device: Addr): number {
  return peek(device + Device.at.design);
}

/** The deliberate fault of the device: one of `MUTANT`. */
export function mutantOf(device: Addr): number {
  return peek(device + Device.at.mutant);
}
