import { type Addr, peek, type Step, write } from "../atomic/index.ts";
import { allocate, allocateWords } from "../memory/object.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { PagePool, pagePoolInit } from "../mm/page-pool.ts";
import { LockdepMap } from "../sync/lockdep-map.ts";
import { Lru } from "../sync/lru.ts";
import { Mutex } from "../sync/mutex.ts";
import { Rwsem } from "../sync/rwsem.ts";
import { Spinlock } from "../sync/spinlock.ts";
import { WW_MUTANT, WwClass, wwClassInit } from "../sync/ww-context.ts";
import {
  type DrmMutant,
  drmMutants,
  type FreeCallback,
  type FreeDesign,
  freeCallbacks,
  freeDesigns,
  type YesNo,
} from "./designs.ts";

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
  | "completions"
  | "callback"
  | "trylockFirst"
  | "shrinkerLock"
  | "madvList"
  | "vmLock"
  | "mmapOffset"
  | "fenceMap"
  | "lruByPointer"
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
  /** Objects at refcount zero whose free waits for the device's answer (callback `own-table-first`), linked likewise. */
  completions: "atomic",
  /** Index of `freeCallbacks`. Constant after init. */
  callback: "plain",
  /** 1: the LRU walk tries an object's lock before it has a reference, and takes none (condition C3 dropped). Constant. */
  trylockFirst: "plain",
  /** Guards `madvList` (design `list-lock`). @kernel drivers/gpu/drm/panfrost/panfrost_device.h: shrinker_lock */
  shrinkerLock: Mutex,
  /** Objects that may be purged (design `list-lock`). */
  madvList: Lru,
  /** Guards `mmapOffset`. @kernel include/drm/drm_vma_manager.h: vm_lock, an rwlock there */
  vmLock: Rwsem,
  /** The object that can be mapped, or 0. Owns no reference. */
  mmapOffset: "plain",
  /** lockdep's own of the sections that must end for a fence to be signaled. @kernel drivers/dma-buf/dma-fence.c: dma_fence_lockdep_map */
  fenceMap: LockdepMap,
  /** 1: a free finds the LRU's lock through the object, as before 379e8f1ca5e9 (2026). Constant. */
  lruByPointer: "plain",
});

/** What a device is made from. */
export interface DeviceOptions {
  readonly design: FreeDesign;
  readonly mutant: DrmMutant;
  /** What drivers keep for an object's whole life; `plain` if left out. */
  readonly callback?: FreeCallback;
  /** Condition C3: the LRU walk takes a reference before it touches an object's lock; `yes` if left out. */
  readonly scanTakesReferenceFirst?: YesNo;
  /** Where a free finds the lock of the LRU: `device` if left out; `list` is how it was before 2026. */
  readonly lruLockBy?: "device" | "list";
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
  yield* write(device + Device.at.callback, freeCallbacks.indexOf(options.callback ?? "plain"));
  yield* write(device + Device.at.trylockFirst, options.scanTakesReferenceFirst === "no" ? 1 : 0);
  yield* write(device + Device.at.lruByPointer, options.lruLockBy === "list" ? 1 : 0);
  for (const list of [Device.at.evictable, Device.at.pinned])
    yield* write(device + list + Lru.at.lock, device + Device.at.lruLock);
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

/** What the device's driver keeps for an object's whole life: one of `CALLBACK`. */
export function callbackOf(device: Addr): number {
  return peek(device + Device.at.callback);
}

/** Makes the device misbehave from here on. Alone, before tasks run. */
export function* setMutant(device: Addr, mutant: DrmMutant): Step<void> {
  yield* write(device + Device.at.mutant, drmMutants.indexOf(mutant));
}

/** The deliberate fault of the device: one of `MUTANT`. */
export function mutantOf(device: Addr): number {
  return peek(device + Device.at.mutant);
}
