import type { Addr, Step } from "#shared/atomic/index";
import { dmaResvLock, dmaResvTrylock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { gemGetUnlessZero } from "#shared/drm/gem";
import { Gem, resvOf } from "#shared/drm/gem-object";
import { shmemFree } from "#shared/drm/shmem-free";
import { shmemShrinkerRelease } from "#shared/drm/shmem-shrinker";
import { directReclaim, inReclaim } from "#shared/mm/reclaim";
import { defineShrinker, registerShrinker, SHRINK_STOP } from "#shared/mm/shrinker";
import { openWindow } from "#shared/sync/contention-monitor";
import { krefPut } from "#shared/sync/kref";
import { mutexLock, mutexUnlock } from "#shared/sync/mutex";
import { report } from "#shared/violation";
import { type Scenario, scenario } from "../define.ts";
import { firstObject, some, walkedList } from "../neighbour/broken-walks.ts";
import {
  checkFreed,
  close,
  deviceOfWorld,
  fixed,
  makeObject,
  makePurgeable,
  neighbourWorld,
  poolOfWorld,
  SMALL_WORLD,
} from "../neighbour/world.ts";
import type { ChoiceParam } from "../params.ts";

type B2Params = { readonly fixed: ChoiceParam<"false" | "true"> };

/** Type of the old shrinker in a pool's slots. */
const MSM_SHRINKER = 3;

/**
 * Drops a reference by the free that locked the object. Nobody can contend there, so nothing waits: what is reported is
 * the rule, that reclaim must not block on a lock which others allocate under. lockdep knows no more either.
 * @kernel drivers/gpu/drm/msm/msm_gem.c: msm_gem_free_object(), before June 2022
 */
function* putAndLock(object: Addr): Step<void> {
  if (!(yield* krefPut(object + Gem.at.refcount))) return;
  const resv = yield* resvOf(object);
  yield* openWindow(resv, object);
  if (inReclaim()) report("invariant", object, resv);
  yield* dmaResvLock(resv, 0);
  yield* dmaResvUnlock(resv);
  yield* shmemFree(object);
}

/** A reference, the lock tried, and the put, which may be the last. @kernel drivers/gpu/drm/msm/msm_gem_shrinker.c: msm_gem_shrinker_scan() */
function* msmScan(device: Addr): Step<number> {
  const { lock, list } = walkedList(device);
  yield* mutexLock(lock);
  const object = yield* firstObject(list);
  const found = object !== 0 && (yield* gemGetUnlessZero(object));
  yield* mutexUnlock(lock);
  if (!found) return SHRINK_STOP;
  const resv = yield* resvOf(object);
  if (yield* dmaResvTrylock(resv)) yield* dmaResvUnlock(resv);
  yield* putAndLock(object);
  return SHRINK_STOP;
}

defineShrinker(MSM_SHRINKER, { count: some, scan: msmScan });

const definition: Scenario<B2Params> = scenario({
  name: "bug/b2-msm-spurious-report",
  claim:
    "a free inside reclaim obeys the rule that nothing there blocks on a reservation lock (unfixed it breaks the rule, and only that: lockdep reports what nobody can contend)",
  source: "drm/msm/gem: Drop obj lock in msm_gem_free_object() (June 2022; stable b2c325cbe645)",
  params: { fixed },
  expect: "violated",
  expected: (params) =>
    params.fixed === "true"
      ? { verdict: "holds", kinds: [], why: "the assertion accepts refcount zero, so the free takes no lock" }
      : {
          verdict: "violated",
          kinds: ["invariant"],
          why: "the walker's put is the last, and its free locks X in reclaim",
        },
  variants: [{ fixed: "false" }, { fixed: "true" }],
  foundBy: ["explore"],
  mutants: {},
  modes: ["batch"],
  worldWords: () => SMALL_WORLD,
  *setup(heap, params) {
    const root = yield* neighbourWorld(heap, { design: "kref-assert" });
    yield* makeObject(root, 1);
    yield* makePurgeable(root);
    if (params.fixed === "true") return root;
    yield* shmemShrinkerRelease(deviceOfWorld(root));
    yield* registerShrinker(poolOfWorld(root), MSM_SHRINKER, deviceOfWorld(root));
    return root;
  },
  tasks: () => [
    { name: "close", run: close },
    {
      name: "reclaim",
      *run(root) {
        yield* directReclaim(poolOfWorld(root));
      },
    },
  ],
  check: checkFreed,
});

export default definition;
