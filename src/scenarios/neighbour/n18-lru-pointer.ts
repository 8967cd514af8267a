import type { FreeDesign } from "#shared/drm/designs";
import { scanToStackList } from "#shared/drm/lru-by-pointer";
import { type Cell, type Scenario, scenario } from "../define.ts";
import type { ChoiceParam } from "../params.ts";
import { dropCaches } from "./broken-walks.ts";
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
  SMALL_WORLD,
} from "./world.ts";

type N18Params = { readonly design: ChoiceParam<FreeDesign>; readonly fixed: ChoiceParam<"false" | "true"> };

function cellOf({ design: freed, fixed: repaired }: { design: FreeDesign; fixed: "false" | "true" }): Cell {
  if (freed === "list-lock")
    return cell("its list has a lock of the device's own, and its walker has no second list", "contention");
  if (repaired === "true") return cell("the lock is the device's, not found through the object");
  return cell(
    "X names the walker's list on the stack, and the free looks for the lock there once that is gone",
    "memory",
  );
}

const definition: Scenario<N18Params> = scenario({
  name: "neighbour/n18-lru-pointer",
  claim: "the list that an object names is alive for as long as the object is",
  source: "drm/gem: Make the GEM LRU lock part of drm_device (379e8f1ca5e9, 2026)",
  params: { design, fixed },
  expect: "violated",
  expected: (params) => expectationOf(cellOf(params)),
  variants: [{ fixed: "false" }, { fixed: "true" }],
  cell: cellOf,
  mutants: {},
  modes: ["batch"],
  worldWords: () => SMALL_WORLD,
  *setup(heap, params) {
    const root = yield* neighbourWorld(heap, {
      design: params.design,
      lruLockBy: params.fixed === "true" ? "device" : "list",
    });
    yield* makeObject(root, 1);
    yield* makePurgeable(root);
    return root;
  },
  tasks: (params) => [
    { name: "close", run: close },
    {
      name: "walk",
      *run(root) {
        const device = deviceOfWorld(root);
        if (params.fixed === "true" || params.design === "list-lock") yield* dropCaches(device);
        else yield* scanToStackList(device);
      },
    },
  ],
  check: checkFreed,
});

export default definition;
