import { type Addr, peek, read, type Step, write } from "#shared/atomic/index";
import { Device } from "#shared/drm/device";
import { Gem, resvOf, Shmem } from "#shared/drm/gem-object";
import { shmemFree } from "#shared/drm/shmem-free";
import { madvListRemove } from "#shared/drm/shmem-lru";
import { shmemFreeSgt } from "#shared/drm/shmem-map";
import { free } from "#shared/memory/object";
import { freePages } from "#shared/mm/page-pool";
import { openWindow } from "#shared/sync/contention-monitor";
import { krefPut } from "#shared/sync/kref";
import { mutexLock, mutexTrylock, mutexUnlock } from "#shared/sync/mutex";
import { type Scenario, scenario } from "../define.ts";
import { firstObject, walkedList } from "../neighbour/broken-walks.ts";
import {
  checkFreed,
  close,
  deviceOfWorld,
  fixed,
  makeObject,
  makePurgeable,
  neighbourWorld,
  objectOfWorld,
  poolOfWorld,
  SMALL_WORLD,
} from "../neighbour/world.ts";
import type { ChoiceParam } from "../params.ts";

type B6Params = { readonly fixed: ChoiceParam<"false" | "true"> };

/**
 * The free of November 2019: the sg table goes first, and the object leaves the purge list behind that. Who has the
 * mappings' lock may look for the table, so that the fault is the order alone. @kernel drivers/gpu/drm/panfrost/panfrost_gem.c: panfrost_gem_free_object(), before v5.5
 */
function* freeAndUnlink(root: Addr): Step<void> {
  const object = objectOfWorld(root);
  if (!(yield* krefPut(object + Gem.at.refcount))) return;
  yield* openWindow(yield* resvOf(object), object);
  yield* mutexLock(object + Shmem.at.mappingsLock);
  const table = yield* read(object + Shmem.at.sgt);
  yield* mutexUnlock(object + Shmem.at.mappingsLock);
  if (table !== 0) {
    yield* free(peek(deviceOfWorld(root) + Device.at.heap), table);
    yield* freePages(poolOfWorld(root), 1);
  }
  yield* madvListRemove(object);
  yield* write(object + Shmem.at.sgt, 0);
  yield* shmemFree(object);
}

/**
 * The walk of that time, which knows no reservation lock: takes the sg table of the first object on the purge list, under
 * the mappings' lock. @kernel panfrost_gem_shrinker.c: panfrost_gem_shrinker_scan(), before v5.5
 */
function* purgeFirst(root: Addr): Step<void> {
  const { lock, list } = walkedList(deviceOfWorld(root));
  if (!(yield* mutexTrylock(lock))) return;
  const object = yield* firstObject(list);
  if (object !== 0 && (yield* mutexTrylock(object + Shmem.at.mappingsLock))) {
    yield* shmemFreeSgt(object);
    yield* mutexUnlock(object + Shmem.at.mappingsLock);
  }
  yield* mutexUnlock(lock);
}

const definition: Scenario<B6Params> = scenario({
  name: "bug/b6-free-unlinks-late",
  claim: "a free gives the sg table back once, whatever walks the purge list meanwhile",
  source: "drm/panfrost: Fix a race in panfrost_gem_free_object() (November 2019, v5.5)",
  params: { fixed },
  expect: "violated",
  expected: (params) =>
    params.fixed === "true"
      ? {
          verdict: "holds",
          kinds: [],
          why: "the object leaves the list first: no walker is in it from there on",
        }
      : {
          verdict: "violated",
          kinds: ["double-free"],
          why: "the walker finds X on the list, and purges what is freed already",
        },
  variants: [{ fixed: "false" }, { fixed: "true" }],
  foundBy: ["explore"],
  mutants: {},
  modes: ["batch"],
  worldWords: () => SMALL_WORLD,
  *setup(heap) {
    const root = yield* neighbourWorld(heap, { design: "list-lock" });
    yield* makeObject(root, 1);
    yield* makePurgeable(root);
    return root;
  },
  tasks: (params) => [
    { name: "close", run: params.fixed === "true" ? close : freeAndUnlink },
    {
      name: "walk",
      *run(root) {
        yield* purgeFirst(root);
      },
    },
  ],
  check: checkFreed,
});

export default definition;
