import { type FreeDesign, type YesNo, yesNo } from "#shared/drm/designs";
import { type Cell, type Scenario, scenario } from "../define.ts";
import { type ChoiceParam, choice } from "../params.ts";
import { idleWorker } from "../shmem/world.ts";
import { dropCaches } from "./broken-walks.ts";
import { cell, expectationOf } from "./cells.ts";
import {
  checkFreed,
  close,
  design,
  deviceOfWorld,
  makeObject,
  makePurgeable,
  neighbourWorld,
  SMALL_WORLD,
} from "./world.ts";

type N14Params = {
  readonly design: ChoiceParam<FreeDesign>;
  readonly scanTakesReferenceFirst: ChoiceParam<YesNo>;
};

interface Chosen {
  readonly design: FreeDesign;
  readonly scanTakesReferenceFirst: YesNo;
}

function cellOf({ design: freed, scanTakesReferenceFirst }: Chosen): Cell {
  if (freed === "list-lock")
    return cell(
      "this walker takes no reference in any case, and the list's lock keeps X alive",
      "contention",
    );
  if (scanTakesReferenceFirst === "yes")
    return cell("get-unless-zero gets nothing from an object that is being freed");
  switch (freed) {
    case "lock":
    case "deferred":
      return cell(
        "the walker has the lock of a dead object, whose free waits, or leaves it to the worker",
        "contention",
      );
    default:
      return cell(
        "the free asks nobody: X's pages go under a walker that holds X's lock",
        "contention",
        "memory",
        "warning",
      );
  }
}

const definition: Scenario<N14Params> = scenario({
  name: "neighbour/n14-trylock-before-reference",
  claim: "a walker that has an object's lock by trylock needs no reference to it",
  source:
    "condition C3 dropped: the order of D. Vetter's answer to drm/msm/gem: Drop obj lock in msm_gem_free_object()",
  params: {
    design,
    scanTakesReferenceFirst: choice(
      yesNo,
      "no",
      "the walker takes a reference before it touches an object's lock",
    ),
  },
  expect: "violated",
  expected: (params) => expectationOf(cellOf(params)),
  variants: [{ scanTakesReferenceFirst: "no" }, { scanTakesReferenceFirst: "yes" }],
  cell: cellOf,
  mutants: {},
  modes: ["batch"],
  worldWords: () => SMALL_WORLD,
  *setup(heap, params) {
    const root = yield* neighbourWorld(heap, params);
    yield* makeObject(root, 1);
    yield* makePurgeable(root);
    return root;
  },
  tasks: () => [
    { name: "close", run: close },
    {
      name: "walk",
      *run(root) {
        yield* dropCaches(deviceOfWorld(root));
        yield* idleWorker(deviceOfWorld(root));
      },
    },
  ],
  check: checkFreed,
});

export default definition;
