import { type Addr, read, type Step, store } from "#shared/atomic/index";
import type { FreeDesign } from "#shared/drm/designs";
import { Device } from "#shared/drm/device";
import { dmaFenceCreate, dmaFencePut, dmaFenceSignal, dmaFenceWait } from "#shared/drm/dma-fence";
import {
  DmaResv,
  dmaResvAddFence,
  dmaResvLock,
  dmaResvReserveFences,
  dmaResvTrylock,
  dmaResvUnlock,
} from "#shared/drm/dma-resv";
import { gemGetUnlessZero, gemPut } from "#shared/drm/gem";
import { resvOf, Shmem } from "#shared/drm/gem-object";
import { GFP_KERNEL } from "#shared/mm/gfp";
import { allocSmall, directReclaim } from "#shared/mm/reclaim";
import { defineShrinker, registerShrinker, SHRINK_STOP } from "#shared/mm/shrinker";
import { beginSection, endSection, mightWaitFor } from "#shared/sync/lockdep-map";
import { mutexLock, mutexUnlock } from "#shared/sync/mutex";
import { type Cell, type Scenario, scenario } from "../define.ts";
import type { ChoiceParam } from "../params.ts";
import { firstObject, some, walkedList } from "./broken-walks.ts";
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
  otherOfWorld,
  poolOfWorld,
  SMALL_WORLD,
  setOther,
} from "./world.ts";

type N13Params = { readonly design: ChoiceParam<FreeDesign>; readonly fixed: ChoiceParam<"false" | "true"> };

/** Type of the waiting shrinker in a pool's slots. */
const WAITING_SHRINKER = 6;

function cellOf({ fixed: repaired }: { fixed: "false" | "true" }): Cell {
  if (repaired === "true")
    return cell(
      "the walker skips what is busy; an allocation before the signal is the report all the same",
      "lockdep",
    );
  return cell("the walker waits for the fence that its own task has still to signal", "lockdep", "deadlock");
}

/** A walk that waits for the fence of what it finds, with its lock held. The fence is the only one of the world. */
function* waitingScan(device: Addr): Step<number> {
  const { lock, list } = walkedList(device);
  yield* mutexLock(lock);
  const object = yield* firstObject(list);
  const found = object !== 0 && (yield* gemGetUnlessZero(object));
  yield* mutexUnlock(lock);
  if (!found) return SHRINK_STOP;
  const resv = yield* resvOf(object);
  if (yield* dmaResvTrylock(resv)) {
    mightWaitFor(device + Device.at.fenceMap);
    yield* dmaFenceWait(yield* fenceOf(resv));
    yield* dmaResvUnlock(resv);
  }
  yield* gemPut(object);
  return SHRINK_STOP;
}

function* fenceOf(resv: Addr): Step<Addr> {
  return yield* read(resv + DmaResv.at.fence0);
}

defineShrinker(WAITING_SHRINKER, { count: some, scan: waitingScan });

/** Has to signal the fence, and allocates before it does. @kernel Documentation/driver-api/dma-buf.rst: DMA fence cross-driver contract */
function* job(root: Addr): Step<void> {
  const device = deviceOfWorld(root);
  const map = device + Device.at.fenceMap;
  beginSection(map);
  yield* allocSmall(poolOfWorld(root), GFP_KERNEL);
  yield* directReclaim(poolOfWorld(root));
  yield* dmaFenceSignal(otherOfWorld(root));
  yield* store(objectOfWorld(root) + Shmem.at.gpuUseCount, 0);
  endSection(map);
  yield* dmaFencePut(otherOfWorld(root));
  yield* close(root);
}

const definition: Scenario<N13Params> = scenario({
  name: "neighbour/n13-fence-wait-in-shrinker",
  claim: "a task that has a fence to signal gets through a shrinker that waits for fences",
  source: "dma-fence.c: dma_fence_begin_signalling(); panthor bounds the wait, panfrost skips what is busy",
  params: { design, fixed },
  expect: "violated",
  expected: (params) => expectationOf(cellOf(params)),
  variants: [{ fixed: "false" }, { fixed: "true" }],
  cell: cellOf,
  mutants: {},
  modes: ["batch"],
  worldWords: () => SMALL_WORLD + 40,
  *setup(heap, params) {
    const root = yield* neighbourWorld(heap, { design: params.design, pages: 3, high: 3 });
    const object = yield* makeObject(root, 1);
    const fence = yield* dmaFenceCreate(heap);
    const resv = yield* resvOf(object);
    yield* dmaResvLock(resv, 0);
    yield* dmaResvReserveFences(resv, poolOfWorld(root), 1);
    yield* dmaResvAddFence(resv, fence);
    yield* dmaResvUnlock(resv);
    yield* setOther(root, fence);
    // What tells the walker of the purge list that X is busy.
    yield* store(object + Shmem.at.gpuUseCount, 1);
    yield* makePurgeable(root);
    if (params.fixed === "false")
      yield* registerShrinker(poolOfWorld(root), WAITING_SHRINKER, deviceOfWorld(root));
    return root;
  },
  tasks: () => [{ name: "job", run: job }],
  check: checkFreed,
});

export default definition;
