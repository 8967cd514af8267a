import type { Addr, Step } from "#shared/atomic/index";
import { dmaResvLock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { resvOf } from "#shared/drm/gem-object";
import { shmemPin, shmemPinLocked, shmemUnpin } from "#shared/drm/shmem-pages";
import type { Scenario } from "../define.ts";
import {
  checkFreed,
  close,
  makeObject,
  neighbourWorld,
  objectOfWorld,
  SMALL_WORLD,
} from "../neighbour/world.ts";
import { type PairParams, pair } from "./pair.ts";

/** The core locks the object and calls the driver's pin, as for a buffer that is attached. @kernel drivers/gpu/drm/drm_prime.c: drm_gem_map_attach() */
function* attach(root: Addr, repaired: boolean): Step<void> {
  const object = objectOfWorld(root);
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  if (repaired) yield* shmemPinLocked(object);
  else yield* shmemPin(object);
  yield* dmaResvUnlock(resv);
  yield* shmemUnpin(object);
  yield* close(root);
}

const definition: Scenario<PairParams> = pair({
  name: "bug/b9-pin-under-resv",
  claim: "a driver's pin may be called with the object's lock held",
  source:
    "drm/panfrost|lima: Fix dma_resv deadlock at drm object pin time, e57f2187ccc1 / 8c2f5dd0c362 (2024)",
  kinds: ["deadlock"],
  broken: "the first pin takes the lock that its caller holds; a second one would not",
  repaired: "the callback uses the helper for callers that hold the lock",
  foundBy: ["explore", "race"],
  words: SMALL_WORLD,
  *setup(heap) {
    const root = yield* neighbourWorld(heap, { design: "lock" });
    yield* makeObject(root, 1);
    return root;
  },
  tasks: [{ name: "attach", run: attach }],
  *check(root, heap) {
    yield* checkFreed(root, 0, heap);
  },
});

export default definition;
