import { type Addr, peek, type Step } from "#shared/atomic/index";
import { freeDesigns } from "#shared/drm/designs";
import { scanOnce } from "#shared/drm/shmem-shrinker";
import { type ChoiceParam, choice, type IntParam, int } from "../params.ts";
import { tasksParam } from "./common.ts";
import { type WholePath, wholePath } from "./define.ts";
import {
  checkDevice,
  DeviceWorld,
  deviceWorld,
  deviceWorldWords,
  keepObjects,
  putObjects,
} from "./device-world.ts";

const { device: DEVICE } = DeviceWorld.at;

function* op(root: Addr, { pages }: { readonly pages: number }): Step<void> {
  yield* scanOnce(peek(root + DEVICE), pages);
}

type ScanParams = {
  readonly tasks: IntParam;
  readonly objects: IntParam;
  readonly pages: IntParam;
  readonly design: ChoiceParam<(typeof freeDesigns)[number]>;
};

const definition: WholePath<ScanParams> = wholePath({
  name: "lru/scan",
  about: "walks the LRU once: looks at objects, references and tries the lock of each, evicts what it can",
  params: {
    tasks: tasksParam(1),
    objects: int(1, 256, 8, "objects with pages on the list"),
    pages: int(1, 256, 8, "pages that a walk looks for"),
    design: choice(freeDesigns, "lock", "how the free path is written; list-lock has a list of its own"),
  },
  tasks: ({ tasks }) => tasks,
  worldWords: ({ tasks, objects }) => deviceWorldWords(tasks, objects),
  *setup(heap, { tasks, objects, design }) {
    const options = { design, tasks, pages: 2 * objects, pressure: false, handles: 1 };
    const root = yield* deviceWorld(heap, options);
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
