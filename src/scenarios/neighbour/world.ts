import { type Addr, peek, type Step, write } from "#shared/atomic/index";
import { type FreeDesign, freeDesigns } from "#shared/drm/designs";
import { Device, type DeviceOptions } from "#shared/drm/device";
import { keepForLife } from "#shared/drm/free-callback";
import { gemGet, gemPut } from "#shared/drm/gem";
import { shmemCreate } from "#shared/drm/gem-object";
import { worksOn } from "#shared/drm/overlap";
import { shmemMadvise } from "#shared/drm/shmem-madvise";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { countFor, STAT } from "#shared/stats";
import { type ChoiceParam, choice } from "../params.ts";
import { checkAllFreed, idleWorker, shmemDevice } from "../shmem/world.ts";

// What the neighbours of the claim share: a device and one object X of one page, to which the tasks own references.

/** Root of a world: the device, X, and one more address that a scenario needs. */
export const Neighbour: Layout<"device" | "object" | "other"> = struct("neighbour", {
  device: "plain",
  object: "plain",
  other: "plain",
});

const { device: DEVICE, object: OBJECT, other: OTHER } = Neighbour.at;

/** Words of a world with one object. */
export const SMALL_WORLD = 300;
/** Words of a world with two objects. */
export const TWO_OBJECTS = 400;

/** Objects that stay: root, device and its handle table. */
const STAYS = 3;

/** Parameter `design`. */
export const design: ChoiceParam<FreeDesign> = choice(freeDesigns, "lock", "how the free path is written");

/** Parameter `fixed`. */
export const fixed: ChoiceParam<"false" | "true"> = choice(
  ["false", "true"],
  "false",
  "the slip is repaired",
);

/** Creates a device of 4 pages, which reclaim always finds too few, and the root of the world. Returns the root. */
export function* neighbourWorld(
  heap: Addr,
  options: Pick<DeviceOptions, "design"> & Partial<DeviceOptions>,
): Step<Addr> {
  const root = yield* allocate(heap, Neighbour);
  const device = yield* shmemDevice(heap, {
    mutant: "none",
    algorithm: "wound-wait",
    pages: 4,
    low: 0,
    high: 4,
    handles: 1,
    ...options,
  });
  yield* write(root + DEVICE, device);
  return root;
}

/** Makes X with what the driver keeps for its whole life; `references` are handed out to the tasks. Returns X. */
export function* makeObject(root: Addr, references: number): Step<Addr> {
  const object = yield* shmemCreate(peek(root + DEVICE), 1);
  yield* keepForLife(object);
  yield* handOut(root, object, references);
  return object;
}

/** X is `object`, whose creator's reference and as many more as it takes belong to the tasks. */
export function* handOut(root: Addr, object: Addr, references: number): Step<void> {
  for (let more = 1; more < references; more++) yield* gemGet(object);
  yield* write(root + OBJECT, object);
}

/** X is not needed: a walker may have it. */
export function* makePurgeable(root: Addr): Step<void> {
  yield* shmemMadvise(peek(root + OBJECT), 1);
}

/** The device of a world. Constant. */
export function deviceOfWorld(root: Addr): Addr {
  return peek(root + DEVICE);
}

/** The pool of a world. Constant. */
export function poolOfWorld(root: Addr): Addr {
  return peek(root + DEVICE) + Device.at.pool;
}

/** X. Constant. */
export function objectOfWorld(root: Addr): Addr {
  return peek(root + OBJECT);
}

/** The scenario's own address. Constant. */
export function otherOfWorld(root: Addr): Addr {
  return peek(root + OTHER);
}

/** Sets the scenario's own address. */
export function* setOther(root: Addr, other: Addr): Step<void> {
  yield* write(root + OTHER, other);
}

/** Task C: drops its reference to X, as the close of a handle does; ends frees that were left to a worker. */
export function* close(root: Addr): Step<void> {
  const object = objectOfWorld(root);
  countFor(STAT.OPS, 1);
  worksOn(object);
  yield* gemPut(object);
  worksOn(0);
  yield* idleWorker(deviceOfWorld(root));
}

/** Nothing is left of X and its pages; `others` objects more than a world's own live. */
export function* checkFreed(root: Addr, _params: unknown, heap: Addr, others = 0): Step<void> {
  yield* checkAllFreed(deviceOfWorld(root), heap, STAYS + others);
}
