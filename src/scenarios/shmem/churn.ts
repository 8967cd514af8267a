import { type Addr, choose, peek, type Step, write } from "#shared/atomic/index";
import { freeDesigns } from "#shared/drm/designs";
import { Device } from "#shared/drm/device";
import { dmaResvLock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { gemPut } from "#shared/drm/gem";
import { gemFileRelease, gemLookup, handleDelete } from "#shared/drm/gem-handle";
import { resvOf } from "#shared/drm/gem-object";
import { worksOn } from "#shared/drm/overlap";
import { shmemMadvise } from "#shared/drm/shmem-madvise";
import { shmemVmapLocked, shmemVunmapLocked } from "#shared/drm/shmem-map";
import { shmemPin, shmemUnpin } from "#shared/drm/shmem-pages";
import { scanOnce } from "#shared/drm/shmem-shrinker";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { GFP_KERNEL } from "#shared/mm/gfp";
import { freePages } from "#shared/mm/page-pool";
import { allocPages } from "#shared/mm/reclaim";
import { countFor, STAT } from "#shared/stats";
import type { ViolationKind } from "#shared/violation";
import { type Scenario, scenario, type TaskSpec } from "../define.ts";
import { type ChoiceParam, choice, type IntParam, int } from "../params.ts";
import { checkAllFreed, createWithHandle, idleWorker, reclaimToHigh, shmemDevice } from "./world.ts";

/** Root of the one long-lived world. */
export const ChurnWorld: Layout<"device" | "handles"> = struct("churn_world", {
  device: "plain",
  handles: "plain",
});

const { device: DEVICE, handles: HANDLES } = ChurnWorld.at;

/** One driver operation on a random handle, which another task may close at any time. */
export function* driver(root: Addr): Step<void> {
  const device = peek(root + DEVICE);
  const handle = 1 + (yield* choose(peek(root + HANDLES)));
  countFor(STAT.OPS, 1);
  const operation = yield* choose(8);
  if (operation === 0) yield* createWithHandle(device, 1 + (yield* choose(3)));
  else if (operation === 1) yield* handleDelete(device, handle);
  else yield* useObject(device, handle, operation);
  yield* idleWorker(device);
}

function* useObject(device: Addr, handle: number, operation: number): Step<void> {
  const object = yield* gemLookup(device, handle);
  if (object === 0) return;
  const before = worksOn(object);
  if (operation === 2) yield* shmemMadvise(object, 1);
  else if (operation === 3) yield* shmemMadvise(object, 0);
  else if (operation === 4) yield* mapAndUnmap(object);
  else if (operation === 5) yield* allocateUnderLock(device, object);
  else if ((yield* shmemPin(object)) === 0) yield* shmemUnpin(object);
  yield* gemPut(object);
  worksOn(before);
}

function* mapAndUnmap(object: Addr): Step<void> {
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  const error = yield* shmemVmapLocked(object);
  yield* dmaResvUnlock(resv);
  if (error !== 0) return;
  yield* dmaResvLock(resv, 0);
  yield* shmemVunmapLocked(object);
  yield* dmaResvUnlock(resv);
}

function* allocateUnderLock(device: Addr, object: Addr): Step<void> {
  const resv = yield* resvOf(object);
  const pool = device + Device.at.pool;
  yield* dmaResvLock(resv, 0);
  if ((yield* allocPages(pool, 4, GFP_KERNEL)) === 0) yield* freePages(pool, 4);
  yield* dmaResvUnlock(resv);
}

function* shrinker(root: Addr): Step<void> {
  const device = peek(root + DEVICE);
  countFor(STAT.OPS, 1);
  yield* scanOnce(device, 2);
  yield* idleWorker(device);
}

function* kswapdTask(root: Addr): Step<void> {
  yield* reclaimToHigh(peek(root + DEVICE));
}

const mutants = ["none", "shrinker-plain-get", "shrinker-lock-unref", "lost-wakeup"] as const;

const caught: Readonly<Record<Exclude<(typeof mutants)[number], "none">, readonly ViolationKind[]>> = {
  "shrinker-plain-get": ["refcount-get-zero", "use-after-free"],
  "shrinker-lock-unref": ["contention-at-free", "use-after-free", "lock-misuse"],
  "lost-wakeup": ["lost-wakeup", "wait-forever"],
};

type ChurnParams = {
  readonly design: ChoiceParam<(typeof freeDesigns)[number]>;
  readonly mutant: ChoiceParam<(typeof mutants)[number]>;
  readonly tasks: IntParam;
  readonly objects: IntParam;
};

const roles: readonly TaskSpec<ChurnParams>[] = [
  { name: "shrinker", run: shrinker },
  { name: "ioctl-1", run: driver },
  { name: "ioctl-2", run: driver },
  { name: "kswapd", run: kswapdTask },
];

const definition: Scenario<ChurnParams> = scenario({
  name: "shmem/churn",
  claim:
    "everything at once, for long: nobody meets the lock of an object whose refcount is zero, and nothing leaks",
  source: "kernel-style stress of drm_gem_shmem_helper.c, drm_gem.c and reclaim together",
  params: {
    design: choice(freeDesigns, "lock", "how the free path is written"),
    mutant: choice(mutants, "none", "a deliberate fault"),
    tasks: int(2, 64, 4, "shrinker, ioctl, ioctl, kswapd, then more ioctl tasks"),
    objects: int(1, 64, 8, "handles that the file can have"),
  },
  expect: "holds",
  expected: ({ design, mutant }) => {
    if (mutant !== "none") return { verdict: "violated", kinds: caught[mutant], why: "the mutant" };
    if (design !== "list-lock")
      return { verdict: "holds", kinds: [], why: "the walker takes its reference before it tries the lock" };
    return {
      verdict: "violated",
      kinds: ["contention-at-free"],
      why: "the walker takes no reference: it may have the lock of an object whose free waits for the list's lock",
    };
  },
  mutants: caught,
  modes: ["soak"],
  worldWords: ({ tasks, objects }) => 32_768 + (tasks + objects) * 512,
  *setup(heap, params) {
    const root = yield* allocate(heap, ChurnWorld);
    const { objects, design, mutant } = params;
    const device = yield* shmemDevice(heap, {
      design,
      mutant,
      algorithm: "wound-wait",
      pages: objects * 4,
      low: 4,
      high: objects + 4,
      handles: objects,
    });
    yield* write(root + DEVICE, device);
    yield* write(root + HANDLES, objects);
    return root;
  },
  tasks: ({ tasks }) =>
    Array.from({ length: tasks }, (_, index) => roles[index] ?? { name: `ioctl-${index - 1}`, run: driver }),
  *check(root, _params, heap) {
    const device = peek(root + DEVICE);
    yield* gemFileRelease(device);
    yield* checkAllFreed(device, heap, 3);
  },
});

export default definition;
