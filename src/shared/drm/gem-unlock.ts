import type { Addr, Step } from "../atomic/index.ts";
import { checkCounts } from "./checks.ts";
import { dmaResvUnlock } from "./dma-resv.ts";

/** Releases `resv`, which the caller took as `object`'s lock, once the object's counts agree. @kernel include/drm/drm_gem.h: dma_resv_unlock() on drm_gem_object.resv */
export function* gemUnlock(object: Addr, resv: Addr): Step<void> {
  checkCounts(object);
  yield* dmaResvUnlock(resv);
}
