import { type Addr, load, peek, type Step, store, write } from "../atomic/index.ts";
import { allocate, free } from "../memory/object.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { krefGet, krefInit, krefPut } from "../sync/kref.ts";
import { finishWait, prepareToWait, sleepOn, WaitQueue, wakeUp } from "../sync/wait-queue.ts";
import { MAX_TASKS } from "../task.ts";

/** A job that will be done some time. @kernel include/linux/dma-fence.h: struct dma_fence */
export const DmaFence: Layout<"refcount" | "signaled" | "queue" | "heap"> = struct("dma_fence", {
  refcount: "atomic",
  signaled: "atomic",
  queue: WaitQueue,
  heap: "plain",
});

const { refcount: REFCOUNT, signaled: SIGNALED, queue: QUEUE, heap: HEAP } = DmaFence.at;

/** Creates an unsignaled fence; the caller owns a reference. @kernel drivers/dma-buf/dma-fence.c: dma_fence_init() */
export function* dmaFenceCreate(heap: Addr): Step<Addr> {
  const fence = yield* allocate(heap, DmaFence);
  yield* write(fence + HEAP, heap);
  yield* krefInit(fence + REFCOUNT);
  return fence;
}

/** Takes a reference. @kernel include/linux/dma-fence.h: dma_fence_get() */
export function* dmaFenceGet(fence: Addr): Step<void> {
  yield* krefGet(fence + REFCOUNT);
}

/** Drops a reference; the last one frees the fence. @kernel include/linux/dma-fence.h: dma_fence_put() */
export function* dmaFencePut(fence: Addr): Step<void> {
  if (yield* krefPut(fence + REFCOUNT)) yield* free(peek(fence + HEAP), fence);
}

/** The job is done: wakes all who wait. @kernel drivers/dma-buf/dma-fence.c: dma_fence_signal() */
export function* dmaFenceSignal(fence: Addr): Step<void> {
  yield* store(fence + SIGNALED, 1);
  yield* wakeUp(fence + QUEUE, MAX_TASKS);
}

/** True once signaled. @kernel include/linux/dma-fence.h: dma_fence_is_signaled() */
export function* dmaFenceIsSignaled(fence: Addr): Step<boolean> {
  return (yield* load(fence + SIGNALED)) !== 0;
}

/** Sleeps until the fence is signaled. The caller owns a reference. @kernel drivers/dma-buf/dma-fence.c: dma_fence_wait() */
export function* dmaFenceWait(fence: Addr): Step<void> {
  while (!(yield* dmaFenceIsSignaled(fence))) {
    const ticket = yield* prepareToWait(fence + QUEUE);
    if (!(yield* dmaFenceIsSignaled(fence))) yield* sleepOn(fence + QUEUE, ticket);
    yield* finishWait(fence + QUEUE);
  }
}
