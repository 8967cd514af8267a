import { type Addr, peek, type Step, write } from "../atomic/index.ts";
import { allocate, free } from "../memory/object.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { krefGet, krefInit, krefPut } from "../sync/kref.ts";

/** A buffer that devices share, by the exporter's reservation lock. @kernel include/linux/dma-buf.h: struct dma_buf */
export const DmaBuf: Layout<"refcount" | "resv" | "object" | "heap" | "attachments"> = struct("dma_buf", {
  refcount: "atomic",
  /** The exporter's reservation lock. Constant. */
  resv: "plain",
  /** The exported object, to which the buffer owns a reference. Constant. */
  object: "plain",
  heap: "plain",
  /** Importers attached. Under `resv`. */
  attachments: "plain",
});

const { refcount: REFCOUNT, resv: RESV, object: OBJECT, heap: HEAP } = DmaBuf.at;

/** Makes the buffer of an object whose reference the caller hands over; the caller owns the buffer's. @kernel drivers/dma-buf/dma-buf.c: dma_buf_export() */
export function* dmaBufCreate(heap: Addr, object: Addr, resv: Addr): Step<Addr> {
  const buffer = yield* allocate(heap, DmaBuf);
  yield* write(buffer + HEAP, heap);
  yield* write(buffer + OBJECT, object);
  yield* write(buffer + RESV, resv);
  yield* krefInit(buffer + REFCOUNT);
  return buffer;
}

/** The lock that all who use the buffer share. */
export function dmaBufResv(buffer: Addr): Addr {
  return peek(buffer + RESV);
}

/** Takes a reference. @kernel include/linux/dma-buf.h: get_dma_buf() */
export function* dmaBufGet(buffer: Addr): Step<void> {
  yield* krefGet(buffer + REFCOUNT);
}

/**
 * Drops a reference to the buffer. The last one frees it and returns the exported object, whose reference the caller then
 * has to drop; 0 if it was not the last. @kernel drivers/dma-buf/dma-buf.c: dma_buf_put(), dma_buf_release()
 */
export function* dmaBufPut(buffer: Addr): Step<Addr> {
  if (!(yield* krefPut(buffer + REFCOUNT))) return 0;
  const object = peek(buffer + OBJECT);
  yield* free(peek(buffer + HEAP), buffer);
  return object;
}
