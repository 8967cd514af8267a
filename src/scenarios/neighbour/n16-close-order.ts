import type { Addr, Step } from "#shared/atomic/index";
import type { FreeDesign } from "#shared/drm/designs";
import { dmaResvLock } from "#shared/drm/dma-resv";
import { gemPut } from "#shared/drm/gem";
import { resvOf } from "#shared/drm/gem-object";
import { gemUnlock } from "#shared/drm/gem-unlock";
import { shmemGetPagesLocked } from "#shared/drm/shmem-pages";
import { dropVmaPages, shmemVmClose } from "#shared/drm/vma";
import { type Cell, type Scenario, scenario } from "../define.ts";
import type { ChoiceParam } from "../params.ts";
import { idleWorker } from "../shmem/world.ts";
import { cell, expectationOf } from "./cells.ts";
import {
  checkFreed,
  design,
  deviceOfWorld,
  fixed,
  makeObject,
  neighbourWorld,
  objectOfWorld,
  SMALL_WORLD,
} from "./world.ts";

type N16Params = { readonly design: ChoiceParam<FreeDesign>; readonly fixed: ChoiceParam<"false" | "true"> };

function cellOf({ fixed: repaired }: { fixed: "false" | "true" }): Cell {
  if (repaired === "true") return cell("the pages use goes while the vma's reference still keeps the object");
  return cell(
    "the vma's reference was the last: its pages use is left at the free, and dropped after it",
    "memory",
    "warning",
  );
}

/** A vma's end with its two steps swapped. */
function* closeSwapped(object: Addr): Step<void> {
  yield* gemPut(object);
  yield* dropVmaPages(object);
}

const definition: Scenario<N16Params> = scenario({
  name: "neighbour/n16-close-order",
  claim: "a mapping that goes may drop its reference before its pages use",
  source: "drm_gem_shmem_helper.c: drm_gem_shmem_vm_close(), its two steps swapped",
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
    yield* shmemGetPagesLocked(object);
    yield* gemUnlock(object, resv);
    return root;
  },
  tasks: (params) => [
    {
      name: "munmap",
      *run(root) {
        const object = objectOfWorld(root);
        if (params.fixed === "true") yield* shmemVmClose(object);
        else yield* closeSwapped(object);
        yield* idleWorker(deviceOfWorld(root));
      },
    },
  ],
  check: checkFreed,
});

export default definition;
