import type { Addr, Step } from "#shared/atomic/index";
import { type FreeDesign, type YesNo, yesNo } from "#shared/drm/designs";
import { dmaResvLock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { gemPut } from "#shared/drm/gem";
import { resvOf } from "#shared/drm/gem-object";
import { type Cell, type Scenario, scenario } from "../define.ts";
import { type ChoiceParam, choice } from "../params.ts";
import { cell, expectationOf } from "./cells.ts";
import {
  checkFreed,
  close,
  design,
  makeObject,
  neighbourWorld,
  objectOfWorld,
  SMALL_WORLD,
} from "./world.ts";

type N4Params = {
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
  if (holderOwnsReference === "yes")
    return cell("a reference of its own outlives the hold: the put inside is not the last");
  switch (freed) {
    case "lock":
    case "list-lock":
      return cell("the free waits for the lock that its own task holds", "lockdep", "deadlock");
    case "deferred":
      return cell("the held lock makes the trylock fail, and the worker comes once it is released");
    default:
      return cell(
        "X goes with its lock held, as lockdep says at the kfree, and the unlock uses freed memory",
        "lockdep",
        "memory",
      );
  }
}

/** Drops a reference under X's lock: its last one, unless it keeps another for the whole hold. */
function* putUnderLock(root: Addr, keeps: YesNo): Step<void> {
  const object = objectOfWorld(root);
  const resv = yield* resvOf(object);
  yield* dmaResvLock(resv, 0);
  yield* gemPut(object);
  yield* dmaResvUnlock(resv);
  if (keeps === "yes") yield* close(root);
}

const definition: Scenario<N4Params> = scenario({
  name: "neighbour/n4-put-under-own-lock",
  claim: "a task may drop the last reference of an object whose lock it holds",
  source: "condition C2 dropped; what panthor takes a temporary reference for",
  params: {
    design,
    holderOwnsReference: choice(yesNo, "no", "the task owns a reference for as long as it holds the lock"),
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
    yield* makeObject(root, params.holderOwnsReference === "yes" ? 2 : 1);
    return root;
  },
  tasks: ({ holderOwnsReference }) => [
    {
      name: "holder",
      *run(root) {
        yield* putUnderLock(root, holderOwnsReference);
      },
    },
  ],
  check: checkFreed,
});

export default definition;
