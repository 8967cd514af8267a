import { checkLru } from "#shared/drm/checks";
import { Device } from "#shared/drm/device";
import { scanToStackList } from "#shared/drm/lru-by-pointer";
import { type Scenario, scenario } from "../define.ts";
import { dropCaches } from "../neighbour/broken-walks.ts";
import {
  checkFreed,
  close,
  deviceOfWorld,
  fixed,
  makeObject,
  makePurgeable,
  neighbourWorld,
  SMALL_WORLD,
} from "../neighbour/world.ts";
import type { ChoiceParam } from "../params.ts";

type B1Params = { readonly fixed: ChoiceParam<"false" | "true"> };

const definition: Scenario<B1Params> = scenario({
  name: "bug/b1-lru-lock-race",
  claim:
    "the list that an object names, and the lock found through it, are alive for as long as the object is",
  source: "drm/gem: Make the GEM LRU lock part of drm_device (379e8f1ca5e9, 2026); fixes e7c2af13f811, v6.1",
  params: { fixed },
  expect: "violated",
  expected: (params) =>
    params.fixed === "true"
      ? { verdict: "holds", kinds: [], why: "the lock is the device's, and the list is looked at under it" }
      : {
          verdict: "violated",
          kinds: ["use-after-free"],
          why: "the free reads that X is on the walker's stack list, and looks for the lock there once the walk has returned",
        },
  variants: [{ fixed: "false" }, { fixed: "true" }],
  foundBy: ["explore"],
  mutants: {},
  modes: ["batch"],
  worldWords: () => SMALL_WORLD,
  *setup(heap, params) {
    const lruLockBy = params.fixed === "true" ? "device" : "list";
    const root = yield* neighbourWorld(heap, { design: "helper", lruLockBy });
    yield* makeObject(root, 1);
    yield* makePurgeable(root);
    return root;
  },
  tasks: (params) => [
    { name: "close", run: close },
    {
      name: "walk",
      *run(root) {
        if (params.fixed === "true") yield* dropCaches(deviceOfWorld(root));
        else yield* scanToStackList(deviceOfWorld(root));
      },
    },
  ],
  *check(root, params, heap) {
    checkLru(deviceOfWorld(root) + Device.at.evictable);
    yield* checkFreed(root, params, heap);
  },
});

export default definition;
