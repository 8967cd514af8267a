import { type Addr, peek, type Step, write } from "#shared/atomic/index";
import type { FreeDesign } from "#shared/drm/designs";
import { keepForLife } from "#shared/drm/free-callback";
import { gemPut } from "#shared/drm/gem";
import { gemFileRelease } from "#shared/drm/gem-handle";
import { shmemCreate } from "#shared/drm/gem-object";
import { scanOnce } from "#shared/drm/shmem-shrinker";
import { allocate, allocateWords } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { currentTask } from "#shared/task";
import { checkAllFreed, idleWorker, reclaimToHigh, shmemDevice } from "../shmem/world.ts";
import { MOST_PREPARED } from "./define.ts";

/** Root of a world with a device: its objects, and a stack of prepared ones a task. */
export const DeviceWorld: Layout<"device" | "objects" | "stacks" | "contexts"> = struct("path_device_world", {
  device: "plain",
  /** Table of objects that live as long as the world. */
  objects: "plain",
  stacks: "plain",
  contexts: "plain",
});

const { device: DEVICE, objects: OBJECTS, stacks: STACKS } = DeviceWorld.at;
const STRIDE = MOST_PREPARED + 16;

/** Values of parameter `beside`. */
export const neighbours = ["nothing", "scan", "pressure"] as const;
/** One of `neighbours`. */
export type Neighbour = (typeof neighbours)[number];

/** Words that such a world needs, with `objects` live at once. */
export function deviceWorldWords(tasks: number, objects: number): number {
  // A freed object waits in quarantine until 64 others of its size were freed.
  return 16_384 + tasks * STRIDE + (objects + 1024) * 128;
}

/** Lays out a device with `pages` pages; under pressure there are too few of them, so that allocating reclaims. */
export function* deviceWorld(
  heap: Addr,
  options: { design: FreeDesign; tasks: number; pages: number; pressure: boolean; handles: number },
): Step<Addr> {
  const root = yield* allocate(heap, DeviceWorld);
  const { design, tasks, pages, pressure, handles } = options;
  const device = yield* shmemDevice(heap, {
    design,
    mutant: "none",
    algorithm: "wound-wait",
    pages,
    low: pressure ? Math.floor(pages / 4) : 0,
    high: pressure ? Math.floor(pages / 2) : 0,
    handles,
  });
  yield* write(root + DEVICE, device);
  yield* write(root + STACKS, yield* allocateWords(heap, 0, tasks * STRIDE));
  return root;
}

/** An object with pages and sg table that the caller owns the one reference to, or 0 where there is no memory. */
export function* objectWithPages(device: Addr): Step<Addr> {
  const object = yield* shmemCreate(device, 1);
  if (object < 0) return 0;
  if ((yield* keepForLife(object)) === 0) return object;
  yield* gemPut(object);
  return 0;
}

/** Makes the objects that live as long as the world, with room for `more` words behind their table. */
export function* keepObjects(root: Addr, heap: Addr, objects: number, more = 0): Step<void> {
  const table = yield* allocateWords(heap, 0, objects + more);
  for (let index = 0; index < objects; index++)
    yield* write(table + index, yield* objectWithPages(peek(root + DEVICE)));
  yield* write(root + OBJECTS, table);
}

/** Drops them. */
export function* putObjects(root: Addr, objects: number): Step<void> {
  for (let index = 0; index < objects; index++) yield* gemPut(peek(peek(root + OBJECTS) + index));
}

/** Puts up to `count` objects with pages on this task's stack; returns how many: fewer where there is no memory for more. */
export function* prepareObjects(root: Addr, count: number): Step<number> {
  const device = peek(root + DEVICE);
  const stack = peek(root + STACKS) + currentTask() * STRIDE;
  let made = 0;
  for (; made < count; made++) {
    const object = yield* objectWithPages(device);
    if (object === 0) break;
    yield* write(stack + 1 + made, object);
  }
  yield* write(stack, made);
  return made;
}

/** Takes one of the prepared objects off this task's stack. */
export function* takePrepared(root: Addr): Step<Addr> {
  const stack = peek(root + STACKS) + currentTask() * STRIDE;
  const left = peek(stack) - 1;
  yield* write(stack, left);
  return peek(stack + 1 + left);
}

/** What the shrinker does beside: one walk over the evictable objects. */
export function* scanBeside(root: Addr): Step<void> {
  yield* scanOnce(peek(root + DEVICE), 2);
  yield* idleWorker(peek(root + DEVICE));
}

/** What kswapd does beside: reclaims up to the high watermark. */
export function* reclaimBeside(root: Addr): Step<void> {
  yield* reclaimToHigh(peek(root + DEVICE));
}

/** The tasks that run beside, for a value of parameter `beside`. */
export function besideOf(neighbour: Neighbour): readonly ((root: Addr) => Step<void>)[] {
  if (neighbour === "nothing") return [];
  return [neighbour === "scan" ? scanBeside : reclaimBeside];
}

/** What must hold in the end: everything that the device's file and the tasks had is freed, `kept` objects aside. */
export function* checkDevice(root: Addr, heap: Addr, kept: number): Step<void> {
  yield* gemFileRelease(peek(root + DEVICE));
  yield* checkAllFreed(peek(root + DEVICE), heap, kept);
}
