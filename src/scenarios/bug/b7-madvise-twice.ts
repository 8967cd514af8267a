import { type Addr, read, type Step } from "#shared/atomic/index";
import { Device } from "#shared/drm/device";
import { Gem } from "#shared/drm/gem-object";
import { madvListMoveTail } from "#shared/drm/shmem-lru";
import { shmemMadvise } from "#shared/drm/shmem-madvise";
import { Lru, lruAddTail } from "#shared/sync/lru";
import { mutexLock, mutexUnlock } from "#shared/sync/mutex";
import { report } from "#shared/violation";
import type { Scenario } from "../define.ts";
import {
  checkFreed,
  close,
  deviceOfWorld,
  makeObject,
  neighbourWorld,
  objectOfWorld,
  SMALL_WORLD,
} from "../neighbour/world.ts";
import { type PairParams, pair } from "./pair.ts";

/** Says twice that X is not needed; the second time it is on the list already. */
function* adviseTwice(root: Addr, repaired: boolean): Step<void> {
  const device = deviceOfWorld(root);
  const object = objectOfWorld(root);
  yield* shmemMadvise(object, 1);
  yield* mutexLock(device + Device.at.shrinkerLock);
  if (repaired) yield* madvListMoveTail(object);
  else yield* lruAddTail(device + Device.at.madvList, object + Gem.at.node, 1);
  // What CONFIG_DEBUG_LIST looks for: one member of one page.
  const pages = yield* read(device + Device.at.madvList + Lru.at.pages);
  if (pages !== 1) report("list-corruption", device + Device.at.madvList, pages);
  yield* mutexUnlock(device + Device.at.shrinkerLock);
  yield* close(root);
}

const definition: Scenario<PairParams> = pair({
  name: "bug/b7-madvise-twice",
  claim: "an object may be given up twice",
  source: "drm/panfrost: Fix shrinker list corruption by madvise IOCTL, 9fc33eaaa979 (2022)",
  kinds: ["list-corruption"],
  broken: "the object is added to the list that it is on",
  repaired: "it is moved to the list's end",
  foundBy: ["explore", "race"],
  words: SMALL_WORLD,
  *setup(heap) {
    const root = yield* neighbourWorld(heap, { design: "list-lock" });
    yield* makeObject(root, 1);
    return root;
  },
  tasks: [{ name: "madvise", run: adviseTwice }],
  *check(root, heap) {
    yield* checkFreed(root, 0, heap);
  },
});

export default definition;
