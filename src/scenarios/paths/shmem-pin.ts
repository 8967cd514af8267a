import { type Addr, choose, peek, type Step } from "#shared/atomic/index";
import { freeDesigns } from "#shared/drm/designs";
import { shmemPin, shmemUnpin } from "#shared/drm/shmem-pages";
import { type ChoiceParam, choice, type IntParam, int } from "../params.ts";
import { tasksParam } from "./common.ts";
import { type WholePath, wholePath } from "./define.ts";
import {
  besideOf,
  checkDevice,
  DeviceWorld,
  deviceWorld,
  deviceWorldWords,
  keepObjects,
  neighbours,
  putObjects,
} from "./device-world.ts";

const { objects: OBJECTS } = DeviceWorld.at;

function* op(root: Addr, { objects }: { readonly objects: number }): Step<void> {
  const object = peek(peek(root + OBJECTS) + (objects === 1 ? 0 : yield* choose(objects)));
  if ((yield* shmemPin(object)) === 0) yield* shmemUnpin(object);
}

type PinParams = {
  readonly tasks: IntParam;
  readonly objects: IntParam;
  readonly design: ChoiceParam<(typeof freeDesigns)[number]>;
  readonly beside: ChoiceParam<(typeof neighbours)[number]>;
};

const definition: WholePath<PinParams> = wholePath({
  name: "shmem/pin",
  about: "pins an object and unpins it: its reservation lock twice",
  params: {
    tasks: tasksParam(1),
    objects: int(1, 256, 8, "objects, of which each operation takes a random one"),
    design: choice(freeDesigns, "lock", "how the free path is written"),
    beside: choice(neighbours, "nothing", "a task that scans the LRU, or kswapd with too few pages for all"),
  },
  tasks: ({ tasks }) => tasks,
  beside: ({ beside }) => besideOf(beside),
  worldWords: ({ tasks, objects }) => deviceWorldWords(tasks + 1, objects),
  *setup(heap, { tasks, objects, design, beside }) {
    const pages = objects + Math.ceil(objects / 2) + 4;
    const pressure = beside === "pressure";
    const root = yield* deviceWorld(heap, { design, tasks: tasks + 1, pages, pressure, handles: 1 });
    yield* keepObjects(root, heap, objects);
    return root;
  },
  op,
  *check(root, { objects }, heap) {
    yield* putObjects(root, objects);
    yield* checkDevice(root, heap, 5);
  },
});
export default definition;
