import { type Addr, choose, peek, read, type Step, write } from "#shared/atomic/index";
import { freeDesigns } from "#shared/drm/designs";
import { Device } from "#shared/drm/device";
import { dmaFenceCreate, dmaFencePut, dmaFenceSignal } from "#shared/drm/dma-fence";
import { dmaResvAddFence, dmaResvReserveFences } from "#shared/drm/dma-resv";
import { gemPut } from "#shared/drm/gem";
import { gemFileRelease, gemLookup } from "#shared/drm/gem-handle";
import { resvOf, Shmem } from "#shared/drm/gem-object";
import { shmemSwapinLocked } from "#shared/drm/shmem-pages";
import { scanOnce } from "#shared/drm/shmem-shrinker";
import { lockReservations, unlockReservations } from "#shared/drm/submit";
import { allocate, allocateWords } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { countFor, STAT } from "#shared/stats";
import { WwContext } from "#shared/sync/ww-context";
import { currentTask } from "#shared/task";
import { report } from "#shared/violation";
import { type Scenario, scenario } from "../define.ts";
import { type ChoiceParam, choice, type IntParam, int } from "../params.ts";
import { checkAllFreed, createWithHandle, shmemDevice } from "./world.ts";

/** Root of a world: the device, and a context and two tables (objects, reservations) a driver. */
export const SubmitWorld: Layout<"device" | "contexts" | "tables" | "objects"> = struct("submit_world", {
  device: "plain",
  contexts: "plain",
  tables: "plain",
  objects: "plain",
});

const { device: DEVICE, contexts: CONTEXTS, tables: TABLES, objects: OBJECTS } = SubmitWorld.at;
const PAGES = 1;

/** Looks up a random run of handles; returns how many objects it has references to, in `table`, locks behind them. */
function* gatherObjects(root: Addr, table: Addr): Step<number> {
  const objects = peek(root + OBJECTS);
  const first = yield* choose(objects);
  const wanted = 2 + (yield* choose(objects - 1));
  // Backwards half of the time: two drivers then meet in opposite orders.
  const step = (yield* choose(2)) === 0 ? 1 : objects - 1;
  let count = 0;
  for (; count < wanted; count++) {
    const object = yield* gemLookup(peek(root + DEVICE), 1 + ((first + count * step) % objects));
    if (object === 0) break;
    yield* write(table + count, object);
    yield* write(table + objects + count, yield* resvOf(object));
  }
  return count;
}

/** One job: locks a random set of objects, brings their pages in, fences them, unlocks, drops the references; then the job is done. */
export function* submit(root: Addr): Step<void> {
  const device = peek(root + DEVICE);
  const objects = peek(root + OBJECTS);
  const table = peek(root + TABLES) + currentTask() * objects * 2;
  const ctx = peek(peek(root + CONTEXTS) + currentTask());
  countFor(STAT.OPS, 1);
  const count = yield* gatherObjects(root, table);
  const error = yield* lockReservations(table + objects, count, ctx, device + Device.at.resvClass);
  const fence = yield* dmaFenceCreate(peek(device + Device.at.heap));
  if (error === 0) {
    for (let index = 0; index < count; index++) yield* fenceObject(device, yield* read(table + index), fence);
    yield* unlockReservations(table + objects, count, ctx);
  } else {
    report("invariant", ctx, error);
  }
  for (let index = 0; index < count; index++) yield* gemPut(yield* read(table + index));
  yield* dmaFenceSignal(fence);
  yield* dmaFencePut(fence);
}

function* fenceObject(device: Addr, object: Addr, fence: Addr): Step<void> {
  const resv = yield* resvOf(object);
  if ((yield* dmaResvReserveFences(resv, device + Device.at.pool, 1)) !== 0) return;
  if ((yield* shmemSwapinLocked(object)) !== 0) return;
  if ((yield* read(object + Shmem.at.pages)) === 0) report("invariant", object, 0);
  yield* dmaResvAddFence(resv, fence);
}

/** Evicts what it can get. */
export function* evictor(root: Addr): Step<void> {
  const device = peek(root + DEVICE);
  countFor(STAT.OPS, 1);
  yield* scanOnce(device, peek(root + OBJECTS) * PAGES);
}

type SubmitParams = {
  readonly algorithm: ChoiceParam<"wound-wait" | "wait-die">;
  readonly design: ChoiceParam<(typeof freeDesigns)[number]>;
  readonly drivers: IntParam;
  readonly objects: IntParam;
};

const definition: Scenario<SubmitParams> = scenario({
  name: "shmem/submit-vs-shrinker",
  claim:
    "drivers that lock random sets of objects all finish while the shrinker evicts, and have pages under the lock",
  source: "drivers/gpu/drm/drm_gem.c: drm_gem_lock_reservations() against drm_gem_lru_scan()",
  params: {
    algorithm: choice(["wound-wait", "wait-die"], "wound-wait", "who backs off"),
    design: choice(freeDesigns, "lock", "how the free path is written"),
    drivers: int(2, 4, 2, "tasks that submit"),
    objects: int(2, 8, 4, "objects of the file"),
  },
  expect: "holds",
  mutants: {},
  modes: ["batch"],
  worldWords: ({ drivers, objects }) => 280 + objects * 96 + drivers * (40 + 2 * objects),
  *setup(heap, params) {
    const { drivers, objects, design, algorithm } = params;
    const root = yield* allocate(heap, SubmitWorld);
    const device = yield* shmemDevice(heap, {
      design,
      mutant: "none",
      algorithm,
      pages: objects * 3 + 4,
      low: 0,
      high: objects,
      handles: objects,
    });
    const contexts = yield* allocateWords(heap, 0, drivers);
    for (let driver = 0; driver < drivers; driver++)
      yield* write(contexts + driver, yield* allocate(heap, WwContext));
    yield* write(root + DEVICE, device);
    yield* write(root + CONTEXTS, contexts);
    yield* write(root + TABLES, yield* allocateWords(heap, 0, drivers * objects * 2));
    yield* write(root + OBJECTS, objects);
    for (let object = 0; object < objects; object++) yield* createWithHandle(device, PAGES);
    return root;
  },
  tasks: ({ drivers }) => [
    ...Array.from({ length: drivers }, (_, index) => ({ name: `submit-${index}`, run: submit })),
    { name: "shrinker", run: evictor },
  ],
  *check(root, { drivers }, heap) {
    const device = peek(root + DEVICE);
    yield* gemFileRelease(device);
    // Root, device, handle table, contexts and their table, and the drivers' table stay.
    yield* checkAllFreed(device, heap, 5 + drivers);
  },
});

export default definition;
