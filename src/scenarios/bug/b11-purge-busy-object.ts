import { type Addr, load, type Step } from "#shared/atomic/index";
import { dmaFenceCreate, dmaFencePut, dmaFenceSignal } from "#shared/drm/dma-fence";
import { dmaResvAddFence, dmaResvLock, dmaResvReserveFences, dmaResvUnlock } from "#shared/drm/dma-resv";
import { resvOf, Shmem } from "#shared/drm/gem-object";
import { shmemMadvise } from "#shared/drm/shmem-madvise";
import { scanOnce } from "#shared/drm/shmem-shrinker";
import { report } from "#shared/violation";
import type { Scenario } from "../define.ts";
import {
  checkFreed,
  close,
  deviceOfWorld,
  makeObject,
  neighbourWorld,
  objectOfWorld,
  otherOfWorld,
  poolOfWorld,
  SMALL_WORLD,
  setOther,
} from "../neighbour/world.ts";
import { type PairParams, pair } from "./pair.ts";

/** A job that the GPU runs on X: it owns a reference; the repaired one has left its fence in X, too. */
function* job(root: Addr, repaired: boolean): Step<void> {
  const object = objectOfWorld(root);
  yield* shmemMadvise(object, 1);
  // The GPU reads a page.
  if ((yield* load(object + Shmem.at.pagesUseCount)) === 0) report("invariant", object + Shmem.at.pages, 0);
  if (repaired) {
    yield* dmaFenceSignal(otherOfWorld(root));
    yield* dmaFencePut(otherOfWorld(root));
  }
  yield* close(root);
}

/** The job's fence, in X until it is signaled. */
function* addFence(root: Addr, heap: Addr): Step<void> {
  const fence = yield* dmaFenceCreate(heap);
  const resv = yield* resvOf(objectOfWorld(root));
  yield* dmaResvLock(resv, 0);
  yield* dmaResvReserveFences(resv, poolOfWorld(root), 1);
  yield* dmaResvAddFence(resv, fence);
  yield* dmaResvUnlock(resv);
  yield* setOther(root, fence);
}

const definition: Scenario<PairParams> = pair({
  name: "bug/b11-purge-busy-object",
  claim: "an object to which a job owns a reference keeps its pages",
  source: "drm/panfrost: Make sure the shrinker does not reclaim referenced BOs (2019/20)",
  kinds: ["invariant"],
  broken: "the walker purges what user space gave up while the job runs: a reference is not a use",
  repaired: "the job's fence says that X is busy, and the walker skips it",
  words: SMALL_WORLD + 20,
  *setup(heap, repaired) {
    const root = yield* neighbourWorld(heap, { design: "lock" });
    yield* makeObject(root, 1);
    if (repaired) yield* addFence(root, heap);
    return root;
  },
  tasks: [
    { name: "job", run: job },
    {
      name: "walk",
      *run(root) {
        yield* scanOnce(deviceOfWorld(root), 1);
      },
    },
  ],
  *check(root, heap) {
    yield* checkFreed(root, 0, heap);
  },
});

export default definition;
