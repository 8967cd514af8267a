import { type Addr, peek, read, type Step, write } from "../atomic/index.ts";
import { free } from "../memory/object.ts";
import { closeWindow } from "../sync/contention-monitor.ts";
import { downWrite, upWrite } from "../sync/rwsem.ts";
import { report } from "../violation.ts";
import { Device } from "./device.ts";
import { dmaResvFini } from "./dma-resv.ts";
import { deviceOf, Gem, resvOf } from "./gem-object.ts";
import { gpuvmPut } from "./gpuvm.ts";
import { lruLeave } from "./lru-leave.ts";

/** Nobody finds the object by its offset from here on. @kernel drivers/gpu/drm/drm_gem.c: drm_gem_free_mmap_offset() */
export function* freeMmapOffset(device: Addr): Step<void> {
  yield* downWrite(device + Device.at.vmLock);
  yield* write(device + Device.at.mmapOffset, 0);
  yield* upWrite(device + Device.at.vmLock);
}

/**
 * The common tail of every free: fences go, the object leaves its LRU, the memory is returned, and last the VM whose lock
 * it used. The lock is destroyed before the object leaves the list, as in the kernel: only get-unless-zero keeps a
 * walker away. @kernel drivers/gpu/drm/drm_gem.c: drm_gem_object_release()
 */
export function* gemRelease(object: Addr): Step<void> {
  const device = yield* deviceOf(object);
  const exported = yield* read(object + Gem.at.dmaBuf);
  if (exported !== 0) report("invariant", object, exported);
  yield* dmaResvFini(object + Gem.at.ownResv);
  if ((yield* read(object + Gem.at.vmaNode)) !== 0) yield* freeMmapOffset(device);
  yield* lruLeave(device, object + Gem.at.node);
  yield* closeWindow(yield* resvOf(object));
  const vm = yield* read(object + Gem.at.vm);
  yield* free(peek(device + Device.at.heap), object);
  if (vm !== 0) yield* gpuvmPut(vm);
}
