import { type Addr, peek, read, type Step, write } from "../atomic/index.ts";
import { EFAULT, EINVAL } from "../errno.ts";
import { refcountIncNotZero } from "../sync/refcount.ts";
import { downRead, downWrite, upRead, upWrite } from "../sync/rwsem.ts";
import { report } from "../violation.ts";
import { Device } from "./device.ts";
import { dmaResvLock } from "./dma-resv.ts";
import { gemGet, gemGetUnlessZero, gemPut } from "./gem.ts";
import { deviceOf, Gem, resvOf, Shmem } from "./gem-object.ts";
import { gemUnlock } from "./gem-unlock.ts";
import { shmemGetPagesLocked, shmemPutPagesLocked } from "./shmem-pages.ts";

// User mappings. Each vma owns a reference to its object and a pages use.

/** Gives the object the device's mmap offset, of which there is one here. @kernel drivers/gpu/drm/drm_gem.c: drm_gem_create_mmap_offset() */
export function* createMmapOffset(object: Addr): Step<void> {
  const device = yield* deviceOf(object);
  yield* downWrite(device + Device.at.vmLock);
  yield* write(device + Device.at.mmapOffset, object);
  yield* upWrite(device + Device.at.vmLock);
  yield* write(object + Gem.at.vmaNode, 1);
}

/** The object at the mmap offset with a reference, or 0. An object that is being freed is not found. @kernel drm_gem.c: drm_gem_object_lookup_at_offset() */
export function* lookupAtOffset(device: Addr): Step<Addr> {
  yield* downRead(device + Device.at.vmLock);
  let object = yield* read(device + Device.at.mmapOffset);
  if (object !== 0 && !(yield* gemGetUnlessZero(object))) object = 0;
  yield* upRead(device + Device.at.vmLock);
  return object;
}

/** Maps the object at the offset: the object, whose vma then owns a reference and a pages use; EINVAL or ENOMEM. @kernel drm_gem.c: drm_gem_mmap(); drm_gem_shmem_helper.c: drm_gem_shmem_mmap() */
export function* gemMmap(device: Addr): Step<number> {
  const object = yield* lookupAtOffset(device);
  if (object === 0) return EINVAL;
  yield* gemGet(object);
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  const error = yield* shmemGetPagesLocked(object);
  yield* gemUnlock(object, resv);
  // The vma's reference goes with it, once; the lookup's goes in any case.
  if (error !== 0) yield* gemPut(object);
  yield* gemPut(object);
  return error === 0 ? object : error;
}

/** A page of the mapping is touched: 0, or EFAULT for what the kernel answers with SIGBUS. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_fault() */
export function* shmemFault(object: Addr, page: number): Step<number> {
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  const isThere =
    page < peek(object + Shmem.at.pageCount) &&
    (yield* read(object + Shmem.at.pages)) !== 0 &&
    (yield* read(object + Shmem.at.madv)) >= 0;
  yield* gemUnlock(object, resv);
  return isThere ? 0 : EFAULT;
}

/** The mapping is copied by a fork, which cannot fail. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_vm_open() */
export function* shmemVmOpen(object: Addr): Step<void> {
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  if (!(yield* refcountIncNotZero(object + Shmem.at.pagesUseCount))) report("invariant", object, 0);
  yield* gemUnlock(object, resv);
  yield* gemGet(object);
}

/** The mapping goes: first its pages use, then its reference, which may be the last. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_vm_close() */
export function* shmemVmClose(object: Addr): Step<void> {
  yield* dropVmaPages(object);
  yield* gemPut(object);
}

/** Drops a vma's pages use. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_vm_close() */
export function* dropVmaPages(object: Addr): Step<void> {
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  yield* shmemPutPagesLocked(object);
  yield* gemUnlock(object, resv);
}
