import { type Addr, peek, readOnce, type Step, writeOnce } from "#shared/atomic/index";
import { Device } from "#shared/drm/device";
import { dmaResvLock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { resvOf, Shmem, shmemCreate } from "#shared/drm/gem-object";
import { shmemGetSgt } from "#shared/drm/shmem-map";
import { shmemGetPagesLocked } from "#shared/drm/shmem-pages";
import { allocateWords } from "#shared/memory/object";
import { GFP_KERNEL } from "#shared/mm/gfp";
import { allocPages } from "#shared/mm/reclaim";
import { type Scenario, scenario } from "../define.ts";
import {
  checkFreed,
  close,
  deviceOfWorld,
  fixed,
  handOut,
  neighbourWorld,
  objectOfWorld,
  poolOfWorld,
  SMALL_WORLD,
} from "../neighbour/world.ts";
import type { ChoiceParam } from "../params.ts";

type B10Params = { readonly fixed: ChoiceParam<"false" | "true"> };

const SGT = Shmem.at.sgt;

/**
 * Makes the sg table if there is none, with the lock for its pages only. The accesses to the table's pointer are marked:
 * what goes wrong is that two tasks make one each. @kernel drm_gem_shmem_helper.c: drm_gem_shmem_get_pages_sgt(), before v6.3
 */
function* getSgtUnlocked(root: Addr, object: Addr): Step<void> {
  if ((yield* readOnce(object + SGT)) !== 0) return;
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  yield* shmemGetPagesLocked(object);
  yield* dmaResvUnlock(resv);
  yield* allocPages(poolOfWorld(root), 1, GFP_KERNEL);
  yield* writeOnce(object + SGT, yield* allocateWords(peek(deviceOfWorld(root) + Device.at.heap), 0, 1));
}

/** Needs the table, and is done with the object. */
function* useTable(root: Addr, repaired: boolean): Step<void> {
  if (repaired) yield* shmemGetSgt(objectOfWorld(root));
  else yield* getSgtUnlocked(root, objectOfWorld(root));
  yield* close(root);
}

const definition: Scenario<B10Params> = scenario({
  name: "bug/b10-sgt-unlocked-read",
  claim: "an object has one sg table at most, and a pages use for it",
  source: "drm/shmem-helper: Fix locking for drm_gem_shmem_get_pages_sgt() (Asahi Lina, 2023, v6.3)",
  params: { fixed },
  expect: "violated",
  expected: (params) =>
    params.fixed === "true"
      ? { verdict: "holds", kinds: [], why: "who makes the table looks for it under the lock" }
      : {
          verdict: "violated",
          kinds: ["invariant"],
          why: "both find none: a table and a pages use are left at the free",
        },
  variants: [{ fixed: "false" }, { fixed: "true" }],
  foundBy: ["explore"],
  mutants: {},
  modes: ["batch"],
  worldWords: () => SMALL_WORLD,
  *setup(heap) {
    const root = yield* neighbourWorld(heap, { design: "lock" });
    yield* handOut(root, yield* shmemCreate(deviceOfWorld(root), 1), 2);
    return root;
  },
  tasks: (params) =>
    ["map-0", "map-1"].map((name) => ({
      name,
      *run(root: Addr) {
        yield* useTable(root, params.fixed === "true");
      },
    })),
  check: checkFreed,
});

export default definition;
