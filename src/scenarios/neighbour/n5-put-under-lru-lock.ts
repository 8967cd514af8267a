import type { Addr, Step } from "#shared/atomic/index";
import type { FreeDesign } from "#shared/drm/designs";
import { gemGetUnlessZero, gemPut } from "#shared/drm/gem";
import { mutexLock, mutexUnlock } from "#shared/sync/mutex";
import { type Cell, type Scenario, scenario } from "../define.ts";
import type { ChoiceParam } from "../params.ts";
import { firstObject, walkedList } from "./broken-walks.ts";
import { cell, expectationOf } from "./cells.ts";
import {
  checkFreed,
  close,
  design,
  deviceOfWorld,
  fixed,
  makeObject,
  makePurgeable,
  neighbourWorld,
  SMALL_WORLD,
} from "./world.ts";

type N5Params = { readonly design: ChoiceParam<FreeDesign>; readonly fixed: ChoiceParam<"false" | "true"> };

function cellOf({ fixed: repaired }: { fixed: "false" | "true" }): Cell {
  if (repaired === "true") return cell("the list's lock is released first, so the free can have it");
  return cell("the free takes X off the list, under the lock that its own task holds", "lockdep", "deadlock");
}

/** Looks at the first object of the list, with a reference to it, which it drops under the list's lock or behind it. */
function* look(root: Addr, putLast: boolean): Step<void> {
  const { lock, list } = walkedList(deviceOfWorld(root));
  yield* mutexLock(lock);
  const object = yield* firstObject(list);
  const found = object !== 0 && (yield* gemGetUnlessZero(object));
  if (found && !putLast) yield* gemPut(object);
  yield* mutexUnlock(lock);
  if (found && putLast) yield* gemPut(object);
}

const definition: Scenario<N5Params> = scenario({
  name: "neighbour/n5-put-under-lru-lock",
  claim: "a walker may drop its reference under the lock of the list",
  source: "the neighbour of drm_gem_lru_scan(), which drops the list's lock first",
  params: { design, fixed },
  expect: "violated",
  expected: (params) => expectationOf(cellOf(params)),
  variants: [{ fixed: "false" }, { fixed: "true" }],
  cell: cellOf,
  mutants: {},
  modes: ["batch"],
  worldWords: () => SMALL_WORLD,
  *setup(heap, params) {
    const root = yield* neighbourWorld(heap, { design: params.design });
    yield* makeObject(root, 1);
    yield* makePurgeable(root);
    return root;
  },
  tasks: ({ fixed: repaired }) => [
    { name: "close", run: close },
    {
      name: "walk",
      *run(root) {
        yield* look(root, repaired === "true");
      },
    },
  ],
  check: checkFreed,
});

export default definition;
