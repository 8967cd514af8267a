import { type Addr, read, type Step } from "#shared/atomic/index";
import { gemPut } from "#shared/drm/gem";
import { handleCreate, handleDelete } from "#shared/drm/gem-handle";
import { Shmem } from "#shared/drm/gem-object";
import type { Scenario } from "../define.ts";
import {
  checkFreed,
  deviceOfWorld,
  makeObject,
  neighbourWorld,
  objectOfWorld,
  SMALL_WORLD,
} from "../neighbour/world.ts";
import { type PairParams, pair } from "./pair.ts";

/** Makes a handle, drops the creator's reference, and looks at the object for its answer: its size. */
function* create(root: Addr, repaired: boolean): Step<void> {
  const object = objectOfWorld(root);
  yield* handleCreate(object);
  if (!repaired) yield* gemPut(object);
  yield* read(object + Shmem.at.pageCount);
  if (repaired) yield* gemPut(object);
}

const definition: Scenario<PairParams> = pair({
  name: "bug/b13-handle-create-uaf",
  claim: "who makes a handle may use the object after it has dropped its own reference",
  source: "drm/virtio: Fix GEM handle creation UAF, 52531258318e, CVE-2022-48899",
  kinds: ["use-after-free"],
  broken: "another thread guesses the handle and closes it: the object is gone when its size is read",
  repaired: "the creator's reference goes last",
  words: SMALL_WORLD,
  *setup(heap) {
    const root = yield* neighbourWorld(heap, { design: "lock" });
    yield* makeObject(root, 1);
    return root;
  },
  tasks: [
    { name: "create", run: create },
    {
      name: "close-guessed",
      *run(root) {
        yield* handleDelete(deviceOfWorld(root), 1);
      },
    },
  ],
  *check(root, heap) {
    yield* handleDelete(deviceOfWorld(root), 1);
    yield* checkFreed(root, 0, heap);
  },
});

export default definition;
