import { type Addr, peek, type Step, write } from "#shared/atomic/index";
import { checkLru } from "#shared/drm/checks";
import { Device } from "#shared/drm/device";
import { dmaResvLock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { resvOf, shmemCreate } from "#shared/drm/gem-object";
import { lruRemaining, lruScan } from "#shared/drm/lru-scan";
import { shmemGetPagesLocked } from "#shared/drm/shmem-pages";
import { allocateWords } from "#shared/memory/object";
import { report } from "#shared/violation";
import { type Scenario, scenario } from "../define.ts";
import {
  deviceOfWorld,
  fixed,
  neighbourWorld,
  otherOfWorld,
  setOther,
  TWO_OBJECTS,
} from "../neighbour/world.ts";
import type { ChoiceParam } from "../params.ts";

type B17Params = { readonly fixed: ChoiceParam<"false" | "true"> };

const OBJECTS = 2;

function* bringIn(object: Addr): Step<void> {
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  yield* shmemGetPagesLocked(object);
  yield* dmaResvUnlock(resv);
}

/** Produces: one object after the other gets pages, and so comes on the list. */
function* produce(root: Addr): Step<void> {
  for (let index = 1; index < OBJECTS; index++) yield* bringIn(peek(otherOfWorld(root) + index));
}

/**
 * Scans for as long as that gets on, as `drop_caches` does. Unfixed, a scan has got on if it freed something. Fixed, it
 * also has to have skipped something: what came meanwhile is not its business. A pass behind one that skipped nothing
 * finds only what was made in between: that is reported as `livelock`, for it goes on like this as long as somebody
 * produces.
 * @kernel drivers/gpu/drm/msm/msm_gem_shrinker.c: msm_gem_shrinker_scan(); mm/shrinker.c: drop_slab()
 */
function* dropAll(root: Addr, repaired: boolean): Step<void> {
  const device = deviceOfWorld(root);
  let behind = false;
  for (;;) {
    const freed = yield* lruScan(device, device + Device.at.evictable, OBJECTS);
    const skipped = lruRemaining();
    if (freed === 0 || (repaired && skipped === 0)) return;
    if (behind) report("livelock", device, freed);
    behind = skipped === 0;
  }
}

const definition: Scenario<B17Params> = scenario({
  name: "bug/b17-shrinker-livelock",
  claim: "a scan of all there is ends, however many purgeable objects are made meanwhile",
  source: "drm/msm/gem: Prevent blocking within shrinker loop (2022/23, v6.3)",
  params: { fixed },
  expect: "violated",
  expected: (params) =>
    params.fixed === "true"
      ? { verdict: "holds", kinds: [], why: "a scan that left nothing says stop, whatever it freed" }
      : {
          verdict: "violated",
          kinds: ["livelock"],
          why: "each pass frees what was made since the last, and counts that as progress",
        },
  variants: [{ fixed: "false" }, { fixed: "true" }],
  foundBy: ["explore"],
  mutants: {},
  modes: ["batch"],
  worldWords: () => TWO_OBJECTS + 100,
  *setup(heap) {
    const root = yield* neighbourWorld(heap, { design: "helper", pages: 6, high: 6 });
    const table = yield* allocateWords(heap, 0, OBJECTS);
    for (let index = 0; index < OBJECTS; index++)
      yield* write(table + index, yield* shmemCreate(deviceOfWorld(root), 1));
    yield* bringIn(peek(table));
    yield* setOther(root, table);
    return root;
  },
  tasks: (params) => [
    { name: "produce", run: produce },
    {
      name: "drop-caches",
      *run(root) {
        yield* dropAll(root, params.fixed === "true");
      },
    },
  ],
  // Its objects stay with the producer.
  *check(root) {
    checkLru(deviceOfWorld(root) + Device.at.evictable);
  },
});

export default definition;
