import type { Addr, Step } from "#shared/atomic/index";
import { type FreeDesign, type YesNo, yesNo } from "#shared/drm/designs";
import { shmemFree } from "#shared/drm/shmem-free";
import { type Cell, type Scenario, scenario } from "../define.ts";
import { type ChoiceParam, choice } from "../params.ts";
import { cell, expectationOf } from "./cells.ts";
import {
  checkFreed,
  close,
  design,
  makeObject,
  neighbourWorld,
  objectOfWorld,
  SMALL_WORLD,
} from "./world.ts";

type N12Params = { readonly design: ChoiceParam<FreeDesign>; readonly freeOnlyByLastPut: ChoiceParam<YesNo> };

function cellOf({
  design: freed,
  freeOnlyByLastPut,
}: {
  design: FreeDesign;
  freeOnlyByLastPut: YesNo;
}): Cell {
  if (freeOnlyByLastPut === "yes") return cell("the free begins at refcount zero, as every design expects");
  if (freed === "kref-assert")
    return cell("at refcount one the assertion wants the lock, which nobody took", "warning");
  return cell("the free takes the lock itself or asks nobody for it, whatever the refcount");
}

/** The error path of a creation: frees the object as it stands, at refcount one. */
function* freeDirectly(root: Addr): Step<void> {
  yield* shmemFree(objectOfWorld(root));
}

const definition: Scenario<N12Params> = scenario({
  name: "neighbour/n12-direct-free",
  claim: "drm_gem_shmem_free() may be called by who owns the only reference",
  source: "condition C4 dropped: error paths of virtio and v3d, and KUnit, before the shrinker series",
  params: {
    design,
    freeOnlyByLastPut: choice(
      yesNo,
      "no",
      "the free is entered by the put of the last reference, and no other way",
    ),
  },
  expect: "holds",
  expected: (params) => expectationOf(cellOf(params)),
  variants: [{ freeOnlyByLastPut: "no" }, { freeOnlyByLastPut: "yes" }],
  cell: cellOf,
  mutants: {},
  modes: ["batch"],
  worldWords: () => SMALL_WORLD,
  *setup(heap, params) {
    const root = yield* neighbourWorld(heap, { design: params.design });
    yield* makeObject(root, 1);
    return root;
  },
  tasks: ({ freeOnlyByLastPut }) => [
    { name: "create", run: freeOnlyByLastPut === "yes" ? close : freeDirectly },
  ],
  check: checkFreed,
});

export default definition;
