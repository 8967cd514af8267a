import { type Addr, peek, type Step, write } from "#shared/atomic/index";
import { drmMutants, freeDesigns, MUTANT } from "#shared/drm/designs";
import { mutantOf, setMutant } from "#shared/drm/device";
import { dmaResvLock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { gemPut } from "#shared/drm/gem";
import { gemLookup, handleDelete } from "#shared/drm/gem-handle";
import { resvOf } from "#shared/drm/gem-object";
import { worksOn } from "#shared/drm/overlap";
import { shmemMadvise } from "#shared/drm/shmem-madvise";
import { shmemPin, shmemUnpin } from "#shared/drm/shmem-pages";
import { scanOnce } from "#shared/drm/shmem-shrinker";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { countFor, STAT } from "#shared/stats";
import type { ViolationKind } from "#shared/violation";
import { type Scenario, scenario, type TaskSpec } from "../define.ts";
import { type ChoiceParam, choice, type IntParam, int } from "../params.ts";
import { checkAllFreed, createWithHandle, idleWorker, reclaimToHigh, shmemDevice } from "./world.ts";

/** Root of a world: the device, the file's only handle, and whether the closing task makes a new object each time. */
export const FreeVsShrinker: Layout<"device" | "handle" | "soak"> = struct("free_vs_shrinker", {
  device: "plain",
  handle: "plain",
  soak: "plain",
});

const { device: DEVICE, handle: HANDLE, soak: SOAK } = FreeVsShrinker.at;
const PAGES = 2;

function* inObject(object: Addr): Step<void> {
  worksOn(object);
  countFor(STAT.OPS, 1);
}

/** Says that the object is not needed, and closes its handle: the last reference, unless a walker has one. */
export function* ioctlClose(root: Addr): Step<void> {
  const device = peek(root + DEVICE);
  if (peek(root + SOAK) !== 0) yield* write(root + HANDLE, yield* createWithHandle(device, PAGES));
  const handle = peek(root + HANDLE);
  const object = yield* gemLookup(device, handle);
  if (object === 0) return;
  yield* inObject(object);
  const mutant = mutantOf(device);
  yield* shmemMadvise(object, 1);
  yield* gemPut(object);
  if (mutant === MUTANT.EARLY_PUT) yield* gemPut(object);
  if (mutant === MUTANT.PUT_UNDER_OWN_LOCK) {
    const resv = yield* resvOf(object);
    yield* dmaResvLock(resv, 0);
    yield* handleDelete(device, handle);
    yield* dmaResvUnlock(resv);
  } else {
    yield* handleDelete(device, handle);
  }
  worksOn(0);
  yield* idleWorker(device);
}

/** Walks the evictable list once, as direct reclaim of some other task would. */
export function* shrinker(root: Addr): Step<void> {
  const device = peek(root + DEVICE);
  countFor(STAT.OPS, 1);
  yield* scanOnce(device, PAGES);
  yield* idleWorker(device);
}

/** Reclaims until the high watermark is reached. */
export function* kswapdTask(root: Addr): Step<void> {
  yield* reclaimToHigh(peek(root + DEVICE));
}

/** Pins and unpins through the handle, which may be closed under it at any time. */
export function* ioctlPin(root: Addr): Step<void> {
  const device = peek(root + DEVICE);
  const object = yield* gemLookup(device, peek(root + HANDLE));
  if (object === 0) return;
  yield* inObject(object);
  if ((yield* shmemPin(object)) === 0) yield* shmemUnpin(object);
  yield* gemPut(object);
  worksOn(0);
  yield* idleWorker(device);
}

type FreeVsShrinkerParams = {
  readonly design: ChoiceParam<(typeof freeDesigns)[number]>;
  readonly mutant: ChoiceParam<(typeof drmMutants)[number]>;
  readonly tasks: IntParam;
};

const roles: readonly TaskSpec<FreeVsShrinkerParams>[] = [
  { name: "ioctl-close", run: ioctlClose },
  { name: "shrinker", run: shrinker },
  { name: "kswapd", run: kswapdTask },
];

const caught: Readonly<Record<Exclude<(typeof drmMutants)[number], "none">, readonly ViolationKind[]>> = {
  "shrinker-plain-get": ["refcount-get-zero", "use-after-free"],
  "shrinker-lock-unref": ["contention-at-free", "use-after-free", "lock-misuse"],
  "put-under-own-lock": ["deadlock", "use-after-free", "contention-at-free"],
  "early-put": [
    "use-after-free",
    "refcount-underflow",
    "refcount-get-zero",
    "double-free",
    "contention-at-free",
  ],
  "lost-wakeup": ["lost-wakeup"],
  "kref-assert-as-posted": ["stack-overflow"],
};

const definition: Scenario<FreeVsShrinkerParams> = scenario({
  name: "shmem/free-vs-shrinker",
  claim: "no task holds, waits for or tries the lock of an object whose refcount is zero",
  source:
    "drm_gem_shmem_helper.c: drm_gem_shmem_free() against drm_gem.c: drm_gem_lru_scan(); patch v15 17/23",
  params: {
    design: choice(freeDesigns, "lock", "how the free path is written"),
    mutant: choice(drmMutants, "none", "a deliberate fault; kref-assert-as-posted brings its own design"),
    tasks: int(2, 64, 2, "ioctl-close, shrinker, kswapd, then tasks that pin"),
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
  variants: freeDesigns.map((design) => ({ design })),
  mutants: caught,
  modes: ["batch", "soak"],
  worldWords: (params, mode) => (mode === "batch" ? 320 + params.tasks * 8 : 16_384),
  *setup(heap, params, mode) {
    const root = yield* allocate(heap, FreeVsShrinker);
    const { mutant } = params;
    // The mutant would not even let the object be made.
    const asPosted = mutant === "kref-assert-as-posted";
    const device = yield* shmemDevice(heap, {
      design: asPosted ? "kref-assert" : params.design,
      mutant: asPosted ? "none" : mutant,
      algorithm: "wound-wait",
      pages: 8,
      low: 0,
      high: 8,
      handles: 2,
    });
    yield* write(root + DEVICE, device);
    yield* write(root + SOAK, mode === "soak" ? 1 : 0);
    if (mode === "batch") yield* write(root + HANDLE, yield* createWithHandle(device, PAGES));
    if (asPosted) yield* setMutant(device, mutant);
    return root;
  },
  tasks: (params) =>
    Array.from(
      { length: params.tasks },
      (_, index) => roles[index] ?? { name: `ioctl-pin-${index - 2}`, run: ioctlPin },
    ),
  *check(root, _params, heap) {
    // Root, device and its handle table stay.
    yield* checkAllFreed(peek(root + DEVICE), heap, 3);
  },
});

export default definition;
