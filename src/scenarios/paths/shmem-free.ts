import { type Addr, peek, type Step } from "#shared/atomic/index";
import { freeDesigns } from "#shared/drm/designs";
import { gemPut, runFreeWorker } from "#shared/drm/gem";
import { type ChoiceParam, choice, type IntParam } from "../params.ts";
import { tasksParam } from "./common.ts";
import { MOST_PREPARED, type WholePath, wholePath } from "./define.ts";
import {
  besideOf,
  checkDevice,
  DeviceWorld,
  deviceWorld,
  deviceWorldWords,
  neighbours,
  prepareObjects,
  takePrepared,
} from "./device-world.ts";

const { device: DEVICE } = DeviceWorld.at;

function* op(root: Addr): Step<void> {
  yield* gemPut(yield* takePrepared(root));
  // Design `deferred`: what it put off is part of what a free costs.
  yield* runFreeWorker(peek(root + DEVICE));
}

type FreeParams = {
  readonly tasks: IntParam;
  readonly design: ChoiceParam<(typeof freeDesigns)[number]>;
  readonly beside: ChoiceParam<(typeof neighbours)[number]>;
};

const definition: WholePath<FreeParams> = wholePath({
  name: "shmem/free",
  about: "drops the last reference to an object with pages and sg table, and so frees it",
  params: {
    tasks: tasksParam(1),
    design: choice(freeDesigns, "lock", "how the free path is written"),
    beside: choice(neighbours, "nothing", "a task that scans the LRU, or kswapd with too few pages for all"),
  },
  vary: "design",
  tasks: ({ tasks }) => tasks,
  beside: ({ beside }) => besideOf(beside),
  worldWords: ({ tasks }) => deviceWorldWords(tasks + 1, (tasks + 1) * MOST_PREPARED),
  *setup(heap, { tasks, design, beside }) {
    const pressure = beside === "pressure";
    const pages = (tasks + 1) * MOST_PREPARED;
    return yield* deviceWorld(heap, { design, tasks: tasks + 1, pages, pressure, handles: 1 });
  },
  *prepare(root, _params, count) {
    return yield* prepareObjects(root, count);
  },
  op,
  *check(root, _params, heap) {
    yield* checkDevice(root, heap, 4);
  },
});
export default definition;
