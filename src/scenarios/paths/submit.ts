import { type Addr, choose, peek, poke, type Step, write } from "#shared/atomic/index";
import { Device } from "#shared/drm/device";
import { dmaFenceCreate, dmaFencePut, dmaFenceSignal } from "#shared/drm/dma-fence";
import { dmaResvAddFence, dmaResvReserveFences } from "#shared/drm/dma-resv";
import { resvOf } from "#shared/drm/gem-object";
import { lockReservations, unlockReservations } from "#shared/drm/submit";
import { currentTask } from "#shared/task";
import { report } from "#shared/violation";
import { type IntParam, int } from "../params.ts";
import { tasksParam } from "./common.ts";
import { contextOf, contextTable, contextTableWords } from "./contexts.ts";
import { type WholePath, wholePath } from "./define.ts";
import {
  checkDevice,
  DeviceWorld,
  deviceWorld,
  deviceWorldWords,
  keepObjects,
  putObjects,
} from "./device-world.ts";

const { device: DEVICE, objects: OBJECTS, contexts: CONTEXTS } = DeviceWorld.at;
const MOST_BUFFERS = 16;

type SubmitValues = { readonly tasks: number; readonly objects: number; readonly buffers: number };

/** The list of buffers' locks of the current task, behind the table of objects. */
function listOf(root: Addr, objects: number): Addr {
  return peek(root + OBJECTS) + objects + currentTask() * MOST_BUFFERS;
}

function* op(root: Addr, { objects, buffers }: SubmitValues): Step<void> {
  const device = peek(root + DEVICE);
  const list = listOf(root, objects);
  const ctx = contextOf(peek(root + CONTEXTS));
  const count = Math.min(objects, buffers);
  const first = yield* choose(objects);
  // Backwards half of the time: two tasks then meet in opposite orders.
  const step = (yield* choose(2)) === 0 ? 1 : objects - 1;
  for (let index = 0; index < count; index++)
    poke(list + index, yield* resvOf(peek(peek(root + OBJECTS) + ((first + index * step) % objects))));
  const error = yield* lockReservations(list, count, ctx, device + Device.at.resvClass);
  if (error !== 0) return report("invariant", ctx, error);
  const fence = yield* dmaFenceCreate(peek(device + Device.at.heap));
  for (let index = 0; index < count; index++) {
    const resv = peek(list + index);
    if ((yield* dmaResvReserveFences(resv, device + Device.at.pool, 1)) === 0)
      yield* dmaResvAddFence(resv, fence);
  }
  yield* unlockReservations(list, count, ctx);
  yield* dmaFenceSignal(fence);
  yield* dmaFencePut(fence);
}

type SubmitParams = { readonly tasks: IntParam; readonly objects: IntParam; readonly buffers: IntParam };

const definition: WholePath<SubmitParams> = wholePath({
  name: "submit",
  about: "locks the buffers of a job in one context, fences them, unlocks, signals the fence",
  params: {
    tasks: tasksParam(1),
    objects: int(1, 256, 8, "buffers that there are"),
    buffers: int(1, MOST_BUFFERS, 3, "buffers of a job"),
  },
  tasks: ({ tasks }) => tasks,
  worldWords: ({ tasks, objects }) =>
    deviceWorldWords(tasks, objects) + contextTableWords(tasks) + (objects + MOST_BUFFERS) * tasks + 256,
  *setup(heap, { tasks, objects }) {
    const options = { design: "lock" as const, tasks, pages: 2 * objects, pressure: false, handles: 1 };
    const root = yield* deviceWorld(heap, options);
    yield* keepObjects(root, heap, objects, tasks * MOST_BUFFERS);
    yield* write(root + CONTEXTS, yield* contextTable(heap, tasks));
    return root;
  },
  op,
  *check(root, { objects }, heap) {
    yield* putObjects(root, objects);
    yield* checkDevice(root, heap, 6);
  },
});
export default definition;
