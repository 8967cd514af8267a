import { type Addr, peek, read, type Step, write } from "../atomic/index.ts";
import { ENOMEM } from "../errno.ts";
import { GFP_KERNEL } from "../mm/gfp.ts";
import { allocSmall } from "../mm/reclaim.ts";
import { Device } from "./device.ts";
import { DmaBuf, dmaBufCreate, dmaBufGet, dmaBufPut, dmaBufResv } from "./dma-buf.ts";
import { dmaResvLock, dmaResvUnlock } from "./dma-resv.ts";
import { gemGet, gemPut } from "./gem.ts";
import { deviceOf, Gem, resvOf, Shmem, shmemCreate } from "./gem-object.ts";
import { allocSgTable } from "./shmem-map.ts";
import { shmemPinLocked, shmemUnpinLocked } from "./shmem-pages.ts";

const ATTACHMENTS = DmaBuf.at.attachments;

/** Shares an object: a buffer that holds a reference to it and uses its lock. The buffer, or ENOMEM. @kernel drivers/gpu/drm/drm_prime.c: drm_gem_prime_export() */
export function* primeExport(object: Addr): Step<number> {
  const device = yield* deviceOf(object);
  if ((yield* allocSmall(device + Device.at.pool, GFP_KERNEL)) !== 0) return ENOMEM;
  yield* gemGet(object);
  return yield* dmaBufCreate(peek(device + Device.at.heap), object, yield* resvOf(object));
}

/** An importer comes: the exporter's pages stay where they are. 0 or ENOMEM. @kernel drivers/dma-buf/dma-buf.c: dma_buf_attach(); drm_prime.c: drm_gem_map_attach() */
export function* dmaBufAttach(buffer: Addr): Step<number> {
  const resv = dmaBufResv(buffer);
  yield* dmaResvLock(resv, 0);
  const error = yield* shmemPinLocked(peek(buffer + DmaBuf.at.object));
  if (error === 0) yield* write(buffer + ATTACHMENTS, (yield* read(buffer + ATTACHMENTS)) + 1);
  yield* dmaResvUnlock(resv);
  return error;
}

/** An importer goes. @kernel drivers/dma-buf/dma-buf.c: dma_buf_detach(); drm_prime.c: drm_gem_map_detach() */
export function* dmaBufDetach(buffer: Addr): Step<void> {
  const resv = dmaBufResv(buffer);
  yield* dmaResvLock(resv, 0);
  yield* write(buffer + ATTACHMENTS, (yield* read(buffer + ATTACHMENTS)) - 1);
  yield* shmemUnpinLocked(peek(buffer + DmaBuf.at.object));
  yield* dmaResvUnlock(resv);
}

/** Drops a reference to a buffer, and with the last one the exporter's object. @kernel drivers/dma-buf/dma-buf.c: dma_buf_put(), dma_buf_release() */
export function* primePut(buffer: Addr): Step<void> {
  const object = yield* dmaBufPut(buffer);
  if (object !== 0) yield* gemPut(object);
}

/**
 * Makes an object of `device` out of a buffer; the caller owns its one reference. The device's own object comes back as
 * it is. The object uses the exporter's lock, and is an import from the last step on: an error before that finds one that
 * looks native. Its address, or ENOMEM. @kernel drivers/gpu/drm/drm_prime.c: drm_gem_prime_import_dev()
 */
export function* primeImport(device: Addr, buffer: Addr): Step<number> {
  const exported = peek(buffer + DmaBuf.at.object);
  if ((yield* deviceOf(exported)) === device) {
    yield* gemGet(exported);
    return exported;
  }
  yield* dmaBufGet(buffer);
  const object = yield* importAttached(device, buffer, yield* read(exported + Shmem.at.pageCount));
  if (object < 0) yield* primePut(buffer);
  return object;
}

function* importAttached(device: Addr, buffer: Addr, pages: number): Step<number> {
  const error = yield* dmaBufAttach(buffer);
  if (error !== 0) return error;
  const object = yield* shmemCreate(device, pages, dmaBufResv(buffer));
  const table = object < 0 ? object : yield* allocSgTable(object);
  if (table < 0) {
    if (object >= 0) yield* gemPut(object);
    yield* dmaBufDetach(buffer);
    return table;
  }
  yield* write(object + Shmem.at.sgt, table);
  yield* write(object + Gem.at.importAttach, buffer);
  return object;
}
