import type { Addr, Step } from "#shared/atomic/index";
import type { FreeDesign } from "#shared/drm/designs";
import { dmaResvLock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { resvOf } from "#shared/drm/gem-object";
import { GFP_KERNEL } from "#shared/mm/gfp";
import { freePages } from "#shared/mm/page-pool";
import { allocPages } from "#shared/mm/reclaim";
import { type Cell, type Scenario, scenario } from "../define.ts";
import type { ChoiceParam } from "../params.ts";
import { registerBlockingShrinker } from "./broken-walks.ts";
import { cell, expectationOf } from "./cells.ts";
import {
  checkFreed,
  close,
  design,
  deviceOfWorld,
  fixed,
  makeObject,
  makePurgeable,
  neighbourWorld,
  objectOfWorld,
  poolOfWorld,
  SMALL_WORLD,
} from "./world.ts";

type N2Params = { readonly design: ChoiceParam<FreeDesign>; readonly fixed: ChoiceParam<"false" | "true"> };

function cellOf({ fixed: repaired }: { fixed: "false" | "true" }): Cell {
  if (repaired === "true")
    return cell("the walker only tries the lock, and its own task's hold makes it fail");
  return cell("the walker waits for the lock that its own task allocates under", "lockdep", "deadlock");
}

/** Allocates under X's lock more than there is: reclaim, with the lock held. */
function* allocUnderLock(root: Addr): Step<void> {
  const resv = yield* resvOf(objectOfWorld(root));
  yield* dmaResvLock(resv, 0);
  if ((yield* allocPages(poolOfWorld(root), 1, GFP_KERNEL)) === 0) yield* freePages(poolOfWorld(root), 1);
  yield* dmaResvUnlock(resv);
  yield* close(root);
}

const definition: Scenario<N2Params> = scenario({
  name: "neighbour/n2-shrinker-blocks",
  claim: "a task that allocates under an object's lock gets through a shrinker that waits for such locks",
  source: "the neighbour of drm_gem_lru_scan(): dma_resv_lock() where it has dma_resv_trylock()",
  params: { design, fixed },
  expect: "violated",
  expected: (params) => expectationOf(cellOf(params)),
  variants: [{ fixed: "false" }, { fixed: "true" }],
  cell: cellOf,
  mutants: {},
  modes: ["batch"],
  worldWords: () => SMALL_WORLD,
  *setup(heap, params) {
    const root = yield* neighbourWorld(heap, { design: params.design, pages: 2, high: 2 });
    yield* makeObject(root, 1);
    yield* makePurgeable(root);
    if (params.fixed === "false") yield* registerBlockingShrinker(deviceOfWorld(root));
    return root;
  },
  tasks: () => [{ name: "alloc", run: allocUnderLock }],
  check: checkFreed,
});

export default definition;
