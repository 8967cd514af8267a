import { type Addr, peek, type Step } from "#shared/atomic/index";
import { type FreeDesign, type YesNo, yesNo } from "#shared/drm/designs";
import { Device } from "#shared/drm/device";
import { gemGetUnlessZero, gemPut } from "#shared/drm/gem";
import { resvAssertHeld, Shmem } from "#shared/drm/gem-object";
import { free } from "#shared/memory/object";
import { freePages } from "#shared/mm/page-pool";
import { mutexLock, mutexUnlock } from "#shared/sync/mutex";
import { type Cell, type Scenario, scenario } from "../define.ts";
import { type ChoiceParam, choice } from "../params.ts";
import { firstObject, walkedList } from "./broken-walks.ts";
import { cell, expectationOf } from "./cells.ts";
import {
  checkFreed,
  close,
  design,
  deviceOfWorld,
  makeObject,
  makePurgeable,
  neighbourWorld,
  otherOfWorld,
  poolOfWorld,
  SMALL_WORLD,
  setOther,
} from "./world.ts";

type N11Params = {
  readonly design: ChoiceParam<FreeDesign>;
  readonly holderOwnsReference: ChoiceParam<YesNo>;
};

function cellOf({
  design: freed,
  holderOwnsReference,
}: {
  design: FreeDesign;
  holderOwnsReference: YesNo;
}): Cell {
  if (holderOwnsReference === "yes") return cell("what gives no reference is left alone");
  if (freed === "kref-assert")
    return cell("the assertion lets two tasks pass at refcount zero: both free the sg table", "memory");
  return cell(
    "the walker's call without the lock is named by the assertion; both free the sg table",
    "memory",
    "warning",
  );
}

/**
 * Task Z, which remembers X's sg table from when it had a reference: of what it gets none to any more it frees the table,
 * since nobody else can use the dead.
 */
function* takeFromTheDead(root: Addr, ownsReference: boolean): Step<void> {
  const { lock, list } = walkedList(deviceOfWorld(root));
  yield* mutexLock(lock);
  const object = yield* firstObject(list);
  const dead = object !== 0 && !(yield* gemGetUnlessZero(object));
  yield* mutexUnlock(lock);
  if (dead && !ownsReference) {
    yield* resvAssertHeld(object);
    yield* free(peek(deviceOfWorld(root) + Device.at.heap), otherOfWorld(root));
    yield* freePages(poolOfWorld(root), 1);
  }
  if (object !== 0 && !dead) yield* gemPut(object);
}

const definition: Scenario<N11Params> = scenario({
  name: "neighbour/n11-masked-race",
  claim: "the assertion that accepts refcount zero still names every caller without the lock",
  source: "patch v15 17/23: drm_gem_shmem_resv_assert_held(); condition C2 dropped",
  params: {
    design,
    holderOwnsReference: choice(yesNo, "no", "the walker works on objects only that it owns a reference to"),
  },
  expect: "violated",
  expected: (params) => expectationOf(cellOf(params)),
  variants: [{ holderOwnsReference: "no" }, { holderOwnsReference: "yes" }],
  cell: cellOf,
  mutants: {},
  modes: ["batch"],
  worldWords: () => SMALL_WORLD,
  *setup(heap, params) {
    const root = yield* neighbourWorld(heap, { design: params.design });
    yield* setOther(root, peek((yield* makeObject(root, 1)) + Shmem.at.sgt));
    yield* makePurgeable(root);
    return root;
  },
  tasks: ({ holderOwnsReference }) => [
    { name: "close", run: close },
    {
      name: "walk",
      *run(root) {
        yield* takeFromTheDead(root, holderOwnsReference === "yes");
      },
    },
  ],
  check: checkFreed,
});

export default definition;
