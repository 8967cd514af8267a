import { type Addr, peek, read, type Step, write } from "../atomic/index.ts";
import { DmaBuf, dmaBufPut, dmaBufResv } from "./dma-buf.ts";
import { dmaResvLock, dmaResvUnlock } from "./dma-resv.ts";
import { Gem } from "./gem-object.ts";
import { shmemFreeSgt } from "./shmem-map.ts";
import { shmemUnpinLocked } from "./shmem-pages.ts";

const ATTACHMENTS = DmaBuf.at.attachments;

/**
 * Unmaps an import and detaches it, under the exporter's lock each time; the buffer stays. Returns the buffer.
 * @kernel drivers/dma-buf/dma-buf.c: dma_buf_unmap_attachment_unlocked(), dma_buf_detach()
 */
export function* primeDetach(object: Addr): Step<Addr> {
  const buffer = yield* read(object + Gem.at.importAttach);
  const resv = dmaBufResv(buffer);
  yield* dmaResvLock(resv, 0);
  yield* shmemFreeSgt(object);
  yield* dmaResvUnlock(resv);
  yield* dmaResvLock(resv, 0);
  yield* write(buffer + ATTACHMENTS, (yield* read(buffer + ATTACHMENTS)) - 1);
  yield* shmemUnpinLocked(peek(buffer + DmaBuf.at.object));
  yield* dmaResvUnlock(resv);
  return buffer;
}

/**
 * The free of an import, in every design but `deferred`: detaches it and drops the buffer. Returns the exporter's object if
 * the buffer went with it, whose reference the caller drops, else 0. @kernel drivers/gpu/drm/drm_prime.c: drm_prime_gem_destroy()
 */
export function* primeDestroy(object: Addr): Step<Addr> {
  const buffer = yield* primeDetach(object);
  yield* write(object + Gem.at.importAttach, 0);
  return yield* dmaBufPut(buffer);
}
