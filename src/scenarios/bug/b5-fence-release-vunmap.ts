import type { Addr, Step } from "#shared/atomic/index";
import { Device } from "#shared/drm/device";
import { DmaResv, dmaResvInit, dmaResvLock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { resvOf } from "#shared/drm/gem-object";
import { shmemVmapLocked, shmemVunmapLocked } from "#shared/drm/shmem-map";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { krefInit, krefPut } from "#shared/sync/kref";
import type { Scenario } from "../define.ts";
import {
  close,
  deviceOfWorld,
  makeObject,
  neighbourWorld,
  objectOfWorld,
  otherOfWorld,
  SMALL_WORLD,
  setOther,
} from "../neighbour/world.ts";
import { checkAllFreed } from "../shmem/world.ts";
import { type PairParams, pair } from "./pair.ts";

/** A buffer's lock, and a fence whose release lets the context's mapping of X go. */
const Shared: Layout<"resv" | "fence"> = struct("b5_shared", { resv: DmaResv, fence: "atomic" });

/** The last reference to the fence: the context goes, and unmaps X. @kernel drivers/gpu/drm/imagination/pvr_queue.c: pvr_queue_fence_release() */
function* putFence(root: Addr): Step<boolean> {
  return yield* krefPut(otherOfWorld(root) + Shared.at.fence);
}

function* vunmap(root: Addr): Step<void> {
  const resv = yield* resvOf(objectOfWorld(root));
  yield* dmaResvLock(resv, 0);
  yield* shmemVunmapLocked(objectOfWorld(root));
  yield* dmaResvUnlock(resv);
}

/** An ioctl on the buffer drops the fence under the buffer's lock; the repaired release leaves the rest to a worker, which holds nothing. */
function* ioctl(root: Addr, repaired: boolean): Step<void> {
  const buffer = otherOfWorld(root) + Shared.at.resv;
  yield* dmaResvLock(buffer, 0);
  const last = yield* putFence(root);
  if (last && !repaired) yield* vunmap(root);
  yield* dmaResvUnlock(buffer);
  if (last && repaired) yield* vunmap(root);
  yield* close(root);
}

/** Somebody who has the two locks the other way round. */
function* other(root: Addr): Step<void> {
  const resv = yield* resvOf(objectOfWorld(root));
  const buffer = otherOfWorld(root) + Shared.at.resv;
  yield* dmaResvLock(resv, 0);
  yield* dmaResvLock(buffer, 0);
  yield* dmaResvUnlock(buffer);
  yield* dmaResvUnlock(resv);
  yield* close(root);
}

const definition: Scenario<PairParams> = pair({
  name: "bug/b5-fence-release-vunmap",
  claim: "a fence may be released under any reservation lock",
  source: "drm/imagination: avoid deadlock on fence release, df1a1ed5e1bd (2025, v6.14), CVE-2025-21911",
  kinds: ["deadlock"],
  broken:
    "the release locks X under the buffer's lock, outside of any context; another task has them the other way round",
  repaired: "a worker releases, holding nothing",
  foundBy: ["explore", "race"],
  words: SMALL_WORLD + 60,
  *setup(heap) {
    const root = yield* neighbourWorld(heap, { design: "lock" });
    const object = yield* makeObject(root, 2);
    const shared = yield* allocate(heap, Shared);
    yield* dmaResvInit(shared + Shared.at.resv, deviceOfWorld(root) + Device.at.resvClass);
    yield* krefInit(shared + Shared.at.fence);
    yield* setOther(root, shared);
    const resv = yield* resvOf(object);
    yield* dmaResvLock(resv, 0);
    yield* shmemVmapLocked(object);
    yield* dmaResvUnlock(resv);
    return root;
  },
  tasks: [
    { name: "ioctl", run: ioctl },
    { name: "other", run: other },
  ],
  *check(root, heap) {
    yield* checkAllFreed(deviceOfWorld(root), heap, 4);
  },
});

export default definition;
