import type { Addr, Step } from "#shared/atomic/index";
import type { FreeDesign } from "#shared/drm/designs";
import { dmaResvLock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { resvOf } from "#shared/drm/gem-object";
import { shmemVmapLocked, shmemVunmapLocked } from "#shared/drm/shmem-map";
import { type Cell, type Scenario, scenario } from "../define.ts";
import type { ChoiceParam } from "../params.ts";
import { cell, expectationOf } from "./cells.ts";
import {
  checkFreed,
  close,
  design,
  fixed,
  makeObject,
  neighbourWorld,
  objectOfWorld,
  SMALL_WORLD,
} from "./world.ts";

type N10Params = { readonly design: ChoiceParam<FreeDesign>; readonly fixed: ChoiceParam<"false" | "true"> };

function cellOf({ fixed: repaired }: { fixed: "false" | "true" }): Cell {
  if (repaired === "true") return cell("the mapping goes before the reference that kept X alive");
  return cell("the free complains of the mapping, and the unmap comes to freed memory", "warning", "memory");
}

function* vunmap(object: Addr): Step<void> {
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  yield* shmemVunmapLocked(object);
  yield* dmaResvUnlock(resv);
}

/** Has X mapped, and ends that before it drops its reference, or behind it. */
function* mapper(root: Addr, unmapFirst: boolean): Step<void> {
  if (unmapFirst) yield* vunmap(objectOfWorld(root));
  yield* close(root);
  if (!unmapFirst) yield* vunmap(objectOfWorld(root));
}

const definition: Scenario<N10Params> = scenario({
  name: "neighbour/n10-vmap-outlives",
  claim: "a kernel mapping keeps its object alive",
  source: "drm_gem_shmem_vmap_locked(), which takes no reference",
  params: { design, fixed },
  expect: "violated",
  expected: (params) => expectationOf(cellOf(params)),
  variants: [{ fixed: "false" }, { fixed: "true" }],
  cell: cellOf,
  mutants: {},
  modes: ["batch"],
  worldWords: () => SMALL_WORLD,
  *setup(heap, params) {
    const root = yield* neighbourWorld(heap, { design: params.design });
    const object = yield* makeObject(root, 1);
    const resv = yield* resvOf(object);
    yield* dmaResvLock(resv, 0);
    yield* shmemVmapLocked(object);
    yield* dmaResvUnlock(resv);
    return root;
  },
  tasks: ({ fixed: repaired }) => [
    {
      name: "mapper",
      *run(root) {
        yield* mapper(root, repaired === "true");
      },
    },
  ],
  check: checkFreed,
});

export default definition;
