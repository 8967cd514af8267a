import { type Addr, peek, type Step, write } from "#shared/atomic/index";
import type { FreeDesign } from "#shared/drm/designs";
import { Device } from "#shared/drm/device";
import { gemPut } from "#shared/drm/gem";
import { resvOf } from "#shared/drm/gem-object";
import { lockReservations, unlockReservations } from "#shared/drm/submit";
import { allocate, allocateWords } from "#shared/memory/object";
import { WwContext } from "#shared/sync/ww-context";
import { type Cell, type Scenario, scenario } from "../define.ts";
import type { ChoiceParam } from "../params.ts";
import { checkAllFreed, idleWorker } from "../shmem/world.ts";
import { cell, expectationOf } from "./cells.ts";
import {
  close,
  design,
  deviceOfWorld,
  fixed,
  makeObject,
  neighbourWorld,
  objectOfWorld,
  otherOfWorld,
  SMALL_WORLD,
  setOther,
} from "./world.ts";

type N17Params = { readonly design: ChoiceParam<FreeDesign>; readonly fixed: ChoiceParam<"false" | "true"> };

function cellOf({ design: freed, fixed: repaired }: { design: FreeDesign; fixed: "false" | "true" }): Cell {
  if (repaired === "true") return cell("the job's references outlive its holds");
  switch (freed) {
    case "lock":
    case "list-lock":
      return cell(
        "the job's put is the last, and the free waits, outside of the job's context, for the lock that the job holds",
        "lockdep",
        "deadlock",
        "contention",
        "warning",
      );
    case "deferred":
      return cell(
        "the job's hold makes the trylock fail, and the worker comes once it is over",
        "contention",
      );
    default:
      return cell(
        "X goes with its lock held, as lockdep says at the kfree, and the job's unlock uses freed memory",
        "lockdep",
        "memory",
        "contention",
      );
  }
}

/** Submits a job for X. `other` of the world is a table of one lock, with the acquire context behind it. */
function* submit(root: Addr, repaired: boolean): Step<void> {
  const table = otherOfWorld(root);
  const ctx = peek(table + 1);
  const wwClass = deviceOfWorld(root) + Device.at.resvClass;
  if ((yield* lockReservations(table, 1, ctx, wwClass)) !== 0) return;
  if (!repaired) yield* gemPut(objectOfWorld(root));
  yield* unlockReservations(table, 1, ctx);
  if (repaired) yield* gemPut(objectOfWorld(root));
  yield* idleWorker(deviceOfWorld(root));
}

const definition: Scenario<N17Params> = scenario({
  name: "neighbour/n17-unlock-after-put",
  claim: "a job may drop its references before it unlocks",
  source: "lima_gem.c: lima_gem_submit(), its last two steps swapped (condition C2 dropped)",
  params: { design, fixed },
  expect: "violated",
  expected: (params) => expectationOf(cellOf(params)),
  variants: [{ fixed: "false" }, { fixed: "true" }],
  cell: cellOf,
  mutants: {},
  modes: ["batch"],
  worldWords: () => SMALL_WORLD + 40,
  *setup(heap, params) {
    const root = yield* neighbourWorld(heap, { design: params.design, algorithm: "wait-die" });
    const object = yield* makeObject(root, 2);
    const table = yield* allocateWords(heap, 0, 2);
    yield* write(table, yield* resvOf(object));
    yield* write(table + 1, yield* allocate(heap, WwContext));
    yield* setOther(root, table);
    return root;
  },
  tasks: (params) => [
    {
      name: "submit",
      *run(root) {
        yield* submit(root, params.fixed === "true");
      },
    },
    { name: "close", run: close },
  ],
  *check(root, _params, heap) {
    // Root, device, handle table, the table of locks and the context stay.
    yield* checkAllFreed(deviceOfWorld(root), heap, 5);
  },
});

export default definition;
