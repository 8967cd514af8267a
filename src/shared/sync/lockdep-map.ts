import type { Addr } from "../atomic/index.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { EVENT, LOCKED, record } from "../recorder/index.ts";

/** A lock that lockdep alone knows: nobody waits for it. The word is never used. @kernel include/linux/lockdep_types.h: struct lockdep_map */
export const LockdepMap: Layout<"lockdepMap"> = struct("lockdep_map", { lockdepMap: "plain" });

/** A section begins on whose end others wait, without waiting for anybody itself. @kernel drivers/dma-buf/dma-fence.c: dma_fence_begin_signalling() */
export function beginSection(map: Addr): void {
  record(EVENT.TRYLOCK, map, 1 | LOCKED.READ);
}

/** It ends. @kernel drivers/dma-buf/dma-fence.c: dma_fence_end_signalling() */
export function endSection(map: Addr): void {
  record(EVENT.UNLOCK, map, 0);
}

/** This task may wait for the end of such a section. @kernel drivers/dma-buf/dma-fence.c: __dma_fence_might_wait() */
export function mightWaitFor(map: Addr): void {
  record(EVENT.LOCK, map, 0);
  record(EVENT.UNLOCK, map, 0);
}
