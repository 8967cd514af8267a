import type { Addr, Step } from "#shared/atomic/index";
import { write } from "#shared/atomic/index";
import { gemPut } from "#shared/drm/gem";
import { Gem, shmemCreate } from "#shared/drm/gem-object";
import { gpuvmCreate, gpuvmGet, gpuvmPut, gpuvmResv } from "#shared/drm/gpuvm";
import { shmemGetSgt } from "#shared/drm/shmem-map";
import { failNth } from "#shared/mm/reclaim";
import type { Scenario } from "../define.ts";
import { deviceOfWorld, neighbourWorld, otherOfWorld, SMALL_WORLD, setOther } from "../neighbour/world.ts";
import { checkAllFreed } from "../shmem/world.ts";
import { type PairParams, pair } from "./pair.ts";

/** Makes an object that shares the VM's lock; its pages cannot be had, before the VM's reference was taken or after. */
function* createFailing(root: Addr, repaired: boolean): Step<void> {
  const vm = otherOfWorld(root);
  const object = yield* shmemCreate(deviceOfWorld(root), 1, gpuvmResv(vm));
  if (repaired) yield* gpuvmGet(vm);
  yield* write(object + Gem.at.vm, vm);
  failNth(1);
  const error = yield* shmemGetSgt(object);
  if (!repaired && error === 0) yield* gpuvmGet(vm);
  yield* gemPut(object);
  yield* gpuvmPut(vm);
}

const definition: Scenario<PairParams> = pair({
  name: "bug/b18-shared-resv-refcount",
  claim:
    "an object that could not be made leaves the references of the lock that it was to share as they were",
  source: "drm/msm: Fix refcnt underflow in error path, de651b6e040b and its follow-up (2025)",
  kinds: ["use-after-free", "refcount-underflow"],
  broken: "the free drops the reference of the lock's owner, which the failed creation had not taken",
  repaired: "the reference is taken together with the pointer",
  foundBy: ["explore", "race"],
  words: SMALL_WORLD + 40,
  *setup(heap) {
    const root = yield* neighbourWorld(heap, { design: "lock" });
    yield* setOther(root, yield* gpuvmCreate(deviceOfWorld(root)));
    return root;
  },
  tasks: [{ name: "create", run: createFailing }],
  *check(root, heap) {
    yield* checkAllFreed(deviceOfWorld(root), heap, 3);
  },
});

export default definition;
