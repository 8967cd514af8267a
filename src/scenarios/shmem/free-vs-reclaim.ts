import { type Addr, peek, type Step, write } from "#shared/atomic/index";
import { freeDesigns } from "#shared/drm/designs";
import { Device } from "#shared/drm/device";
import { dmaResvLock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { gemPut } from "#shared/drm/gem";
import { gemLookup, handleDelete } from "#shared/drm/gem-handle";
import { resvOf } from "#shared/drm/gem-object";
import { worksOn } from "#shared/drm/overlap";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { GFP_KERNEL } from "#shared/mm/gfp";
import { freePages } from "#shared/mm/page-pool";
import { allocPages } from "#shared/mm/reclaim";
import { countFor, STAT } from "#shared/stats";
import { type Scenario, scenario, type TaskSpec } from "../define.ts";
import { type ChoiceParam, choice, type IntParam, int } from "../params.ts";
import { checkAllFreed, createWithHandle, idleWorker, reclaimToHigh, shmemDevice } from "./world.ts";

/** Root of a world: a device with two objects, the driver's own and the one that is closed meanwhile. */
export const FreeVsReclaim: Layout<"device" | "own" | "other"> = struct("free_vs_reclaim", {
  device: "plain",
  own: "plain",
  other: "plain",
});

const { device: DEVICE, own: OWN, other: OTHER } = FreeVsReclaim.at;
const PAGES = 2;

/** Allocates while it holds its own object's lock: below the watermark that is direct reclaim, with the lock held. */
export function* ioctlAlloc(root: Addr): Step<void> {
  const device = peek(root + DEVICE);
  const handle = peek(root + OWN);
  countFor(STAT.OPS, 1);
  const object = yield* gemLookup(device, handle);
  if (object === 0) return;
  const before = worksOn(object);
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  const pool = device + Device.at.pool;
  const error = yield* allocPages(pool, PAGES, GFP_KERNEL);
  if (error === 0) yield* freePages(pool, PAGES);
  yield* dmaResvUnlock(resv);
  yield* gemPut(object);
  yield* handleDelete(device, handle);
  worksOn(before);
  yield* idleWorker(device);
}

/** Closes the other object, which reclaim may have a reference to at that moment. */
export function* ioctlClose(root: Addr): Step<void> {
  const device = peek(root + DEVICE);
  countFor(STAT.OPS, 1);
  const object = yield* gemLookup(device, peek(root + OTHER));
  if (object === 0) return;
  worksOn(object);
  yield* gemPut(object);
  yield* handleDelete(device, peek(root + OTHER));
  worksOn(0);
  yield* idleWorker(device);
}

function* kswapdTask(root: Addr): Step<void> {
  yield* reclaimToHigh(peek(root + DEVICE));
}

const mutants = ["none", "shrinker-plain-get", "shrinker-lock-unref"] as const;

type FreeVsReclaimParams = {
  readonly design: ChoiceParam<(typeof freeDesigns)[number]>;
  readonly mutant: ChoiceParam<(typeof mutants)[number]>;
  readonly tasks: IntParam;
};

const roles: readonly TaskSpec<FreeVsReclaimParams>[] = [
  { name: "ioctl-alloc", run: ioctlAlloc },
  { name: "ioctl-close", run: ioctlClose },
];

const definition: Scenario<FreeVsReclaimParams> = scenario({
  name: "shmem/free-vs-reclaim",
  claim: "an allocation under a reservation lock may reclaim and free another object without contention",
  source:
    "founding thread; drm_gem_shmem_helper.c: drm_gem_shmem_free() inside mm/page_alloc.c: __perform_reclaim()",
  params: {
    design: choice(freeDesigns, "lock", "how the free path is written"),
    mutant: choice(mutants, "none", "a deliberate fault"),
    tasks: int(2, 8, 2, "ioctl-alloc, ioctl-close, then kswapd tasks"),
  },
  expect: "holds",
  mutants: {
    "shrinker-plain-get": ["refcount-get-zero", "use-after-free"],
    "shrinker-lock-unref": ["contention-at-free", "use-after-free", "lock-misuse"],
  },
  modes: ["batch"],
  worldWords: () => 440,
  *setup(heap, params) {
    const root = yield* allocate(heap, FreeVsReclaim);
    const { design, mutant } = params;
    // Two objects with their tables leave 2 of 8 pages; 1 is the watermark; so 2 more pages need reclaim.
    const device = yield* shmemDevice(heap, {
      design,
      mutant,
      algorithm: "wound-wait",
      pages: 8,
      low: 1,
      high: 4,
      handles: 2,
    });
    yield* write(root + DEVICE, device);
    yield* write(root + OTHER, yield* createWithHandle(device, PAGES));
    yield* write(root + OWN, yield* createWithHandle(device, PAGES));
    return root;
  },
  tasks: ({ tasks }) =>
    Array.from(
      { length: tasks },
      (_, index) => roles[index] ?? { name: `kswapd-${index - 2}`, run: kswapdTask },
    ),
  *check(root, _params, heap) {
    yield* checkAllFreed(peek(root + DEVICE), heap, 3);
  },
});

export default definition;
