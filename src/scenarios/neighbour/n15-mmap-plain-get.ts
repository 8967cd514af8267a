import { read, type Step } from "#shared/atomic/index";
import type { FreeDesign } from "#shared/drm/designs";
import { Device } from "#shared/drm/device";
import { gemGet, gemPut } from "#shared/drm/gem";
import { createMmapOffset, lookupAtOffset } from "#shared/drm/vma";
import { downRead, upRead } from "#shared/sync/rwsem";
import { type Cell, type Scenario, scenario } from "../define.ts";
import type { ChoiceParam } from "../params.ts";
import { cell, expectationOf } from "./cells.ts";
import {
  checkFreed,
  close,
  design,
  deviceOfWorld,
  fixed,
  makeObject,
  neighbourWorld,
  SMALL_WORLD,
} from "./world.ts";

type N15Params = { readonly design: ChoiceParam<FreeDesign>; readonly fixed: ChoiceParam<"false" | "true"> };

function cellOf({ fixed: repaired }: { fixed: "false" | "true" }): Cell {
  if (repaired === "true") return cell("the lookup refuses an object whose refcount is zero");
  return cell("the lookup takes a reference while the free waits to take the offset away", "memory");
}

/** The lookup with a plain get where it has to be get-unless-zero. */
function* plainLookup(device: number): Step<number> {
  yield* downRead(device + Device.at.vmLock);
  const object = yield* read(device + Device.at.mmapOffset);
  if (object !== 0) yield* gemGet(object);
  yield* upRead(device + Device.at.vmLock);
  return object;
}

const definition: Scenario<N15Params> = scenario({
  name: "neighbour/n15-mmap-plain-get",
  claim: "mmap may take a plain reference to what it finds at an offset",
  source: "drm_gem.c: drm_gem_mmap(), whose lookup gets unless zero under vm_lock",
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
    yield* createMmapOffset(object);
    return root;
  },
  tasks: (params) => [
    { name: "close", run: close },
    {
      name: "mmap",
      *run(root) {
        const device = deviceOfWorld(root);
        const object = params.fixed === "true" ? yield* lookupAtOffset(device) : yield* plainLookup(device);
        if (object !== 0) yield* gemPut(object);
      },
    },
  ],
  check: checkFreed,
});

export default definition;
