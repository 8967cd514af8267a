import { type Addr, peek, read, type Step } from "#shared/atomic/index";
import { type FreeCallback, type FreeDesign, freeCallbacks } from "#shared/drm/designs";
import { Shmem } from "#shared/drm/gem-object";
import { shmemPin, shmemUnpin } from "#shared/drm/shmem-pages";
import { type Cell, type Scenario, scenario } from "../define.ts";
import { type ChoiceParam, choice } from "../params.ts";
import { cell, expectationOf } from "./cells.ts";
import {
  checkFreed,
  close,
  design,
  fixed,
  makeObject,
  neighbourWorld,
  objectOfWorld,
  otherOfWorld,
  SMALL_WORLD,
  setOther,
} from "./world.ts";

type N9Params = {
  readonly design: ChoiceParam<FreeDesign>;
  readonly callback: ChoiceParam<FreeCallback>;
  readonly fixed: ChoiceParam<"false" | "true">;
};

interface Chosen {
  readonly design: FreeDesign;
  readonly callback: FreeCallback;
  readonly fixed: "false" | "true";
}

function cellOf({ design: freed, callback, fixed: repaired }: Chosen): Cell {
  if (repaired === "false") {
    if (callback === "own-table-first" && freed !== "helper-strict")
      return cell("the other pin owns no pages use: they are dropped under its user", "warning", "memory");
    return cell(
      "a pin is left at the end of the free: it complains, and the pages leak",
      "warning",
      "memory",
    );
  }
  if (callback === "heap-object" && freed === "helper-strict")
    return cell(
      "one pages use and no sg table is what the strict count refuses: it leaks them",
      "warning",
      "memory",
    );
  return cell("the other user's reference outlives its pin: the driver's is the last");
}

/** A device at work on X's pages, by a pin of its own. Repaired, it owns a reference until it has dropped the pin. */
function* useByPin(root: Addr, owns: boolean): Step<void> {
  yield* read(otherOfWorld(root));
  if (!owns) return;
  yield* shmemUnpin(objectOfWorld(root));
  yield* close(root);
}

const definition: Scenario<N9Params> = scenario({
  name: "neighbour/n9-driver-unpins-in-free",
  claim: "a driver that drops its pin in the free callback leaves nothing pinned",
  source: "founding thread: the use case that the designs differ in, with a second pin on the object",
  params: {
    design,
    callback: choice(
      freeCallbacks,
      "unpin-first",
      "what the driver keeps for X's life and gives back in its free callback",
    ),
    fixed,
  },
  expect: "violated",
  expected: (params) => expectationOf(cellOf(params)),
  variants: [
    { callback: "unpin-first", fixed: "false" },
    { callback: "unpin-first", fixed: "true" },
    { callback: "heap-object", fixed: "true" },
  ],
  cell: cellOf,
  mutants: {},
  modes: ["batch"],
  worldWords: () => SMALL_WORLD,
  *setup(heap, params) {
    const root = yield* neighbourWorld(heap, { design: params.design, callback: params.callback });
    const object = yield* makeObject(root, params.fixed === "true" ? 2 : 1);
    yield* shmemPin(object);
    yield* setOther(root, peek(object + Shmem.at.pages));
    return root;
  },
  tasks: ({ fixed: repaired }) => [
    { name: "close", run: close },
    {
      name: "user",
      *run(root) {
        yield* useByPin(root, repaired === "true");
      },
    },
  ],
  check: checkFreed,
});

export default definition;
