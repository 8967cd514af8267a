import type { Addr, Step } from "#shared/atomic/index";
import { dmaResvLock } from "#shared/drm/dma-resv";
import { gemGet, gemPut } from "#shared/drm/gem";
import { resvOf, shmemCreate } from "#shared/drm/gem-object";
import { gemUnlock } from "#shared/drm/gem-unlock";
import { shmemGetPagesLocked } from "#shared/drm/shmem-pages";
import { createMmapOffset, gemMmap, lookupAtOffset } from "#shared/drm/vma";
import { failNth } from "#shared/mm/reclaim";
import type { Scenario } from "../define.ts";
import {
  checkFreed,
  close,
  deviceOfWorld,
  handOut,
  neighbourWorld,
  SMALL_WORLD,
} from "../neighbour/world.ts";
import { type PairParams, pair } from "./pair.ts";

/** Maps X, whose pages cannot be had: the helper puts the vma's reference, and so does its caller. */
function* mapFailing(root: Addr, repaired: boolean): Step<void> {
  failNth(1);
  if (repaired) yield* gemMmap(deviceOfWorld(root));
  else yield* mmapPuttingTwice(deviceOfWorld(root));
  yield* close(root);
}

/** @kernel drm_gem_shmem_helper.c: drm_gem_shmem_mmap(), before v6.1 */
function* mmapPuttingTwice(device: Addr): Step<void> {
  const object = yield* lookupAtOffset(device);
  if (object === 0) return;
  yield* gemGet(object);
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  const error = yield* shmemGetPagesLocked(object);
  yield* gemUnlock(object, resv);
  if (error !== 0) {
    yield* gemPut(object);
    yield* gemPut(object);
  }
  yield* gemPut(object);
}

const definition: Scenario<PairParams> = pair({
  name: "bug/b8-mmap-errant-put",
  claim: "an mmap that fails leaves the references as they were",
  source: "drm/shmem-helper: Remove errant put in error path, 24013314be6e (2022, v6.1)",
  kinds: ["use-after-free", "refcount-underflow"],
  broken: "the error path puts the vma's reference twice, so the file's goes too",
  repaired: "the caller alone puts it",
  foundBy: ["explore", "race"],
  words: SMALL_WORLD,
  *setup(heap) {
    const root = yield* neighbourWorld(heap, { design: "lock" });
    const object = yield* shmemCreate(deviceOfWorld(root), 1);
    yield* createMmapOffset(object);
    yield* handOut(root, object, 1);
    return root;
  },
  tasks: [{ name: "mmap", run: mapFailing }],
  *check(root, heap) {
    yield* checkFreed(root, 0, heap);
  },
});

export default definition;
