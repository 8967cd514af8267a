import { type Addr, peek, type Step, write } from "../atomic/index.ts";
import { ENOMEM } from "../errno.ts";
import { allocate, free } from "../memory/object.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { GFP_KERNEL } from "../mm/gfp.ts";
import { allocSmall } from "../mm/reclaim.ts";
import { krefGet, krefInit, krefPut } from "../sync/kref.ts";
import { Device } from "./device.ts";
import { DmaResv, dmaResvFini, dmaResvInit } from "./dma-resv.ts";
import { Gem, shmemCreate } from "./gem-object.ts";

/** A GPU address space, whose reservation lock the objects private to it share. @kernel include/drm/drm_gpuvm.h: struct drm_gpuvm */
export const Gpuvm: Layout<"refcount" | "resv" | "heap"> = struct("drm_gpuvm", {
  refcount: "atomic",
  resv: DmaResv,
  heap: "plain",
});

const { refcount: REFCOUNT, resv: RESV, heap: HEAP } = Gpuvm.at;

/** Creates a VM; the caller owns its one reference. Its address, or ENOMEM. @kernel drivers/gpu/drm/drm_gpuvm.c: drm_gpuvm_init() */
export function* gpuvmCreate(device: Addr): Step<number> {
  if ((yield* allocSmall(device + Device.at.pool, GFP_KERNEL)) !== 0) return ENOMEM;
  const heap = peek(device + Device.at.heap);
  const vm = yield* allocate(heap, Gpuvm);
  yield* write(vm + HEAP, heap);
  yield* dmaResvInit(vm + RESV, device + Device.at.resvClass);
  yield* krefInit(vm + REFCOUNT);
  return vm;
}

/** The reservation lock that the VM's private objects share. @kernel include/drm/drm_gpuvm.h: drm_gpuvm_resv() */
export function gpuvmResv(vm: Addr): Addr {
  return vm + RESV;
}

/** Takes a reference. @kernel include/drm/drm_gpuvm.h: drm_gpuvm_get() */
export function* gpuvmGet(vm: Addr): Step<void> {
  yield* krefGet(vm + REFCOUNT);
}

/** Drops a reference; the last one destroys the VM and its lock. @kernel drivers/gpu/drm/drm_gpuvm.c: drm_gpuvm_put() */
export function* gpuvmPut(vm: Addr): Step<void> {
  if (!(yield* krefPut(vm + REFCOUNT))) return;
  const heap = peek(vm + HEAP);
  yield* dmaResvFini(vm + RESV);
  yield* free(heap, vm);
}

/**
 * Creates an object that is private to `vm`: it uses the VM's reservation lock and owns a reference to the VM. Its
 * address, or ENOMEM. @kernel drivers/gpu/drm/panthor/panthor_gem.c: panthor_gem_create_with_handle(), before 2026
 */
export function* shmemCreateInVm(device: Addr, vm: Addr, pages: number): Step<number> {
  const object = yield* shmemCreate(device, pages, vm + RESV);
  if (object < 0) return object;
  yield* gpuvmGet(vm);
  yield* write(object + Gem.at.vm, vm);
  return object;
}
