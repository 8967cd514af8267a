import type { Addr, Step } from "#shared/atomic/index";
import { type FreeCallback, type FreeDesign, freeCallbacks } from "#shared/drm/designs";
import { keepForLife } from "#shared/drm/free-callback";
import { shmemCreate } from "#shared/drm/gem-object";
import { worksOn } from "#shared/drm/overlap";
import { shmemGetSgt } from "#shared/drm/shmem-map";
import { shmemPin } from "#shared/drm/shmem-pages";
import { directReclaim } from "#shared/mm/reclaim";
import { type Cell, type Scenario, scenario } from "../define.ts";
import { type ChoiceParam, choice } from "../params.ts";
import { idleWorker } from "../shmem/world.ts";
import { cell, expectationOf } from "./cells.ts";
import {
  checkFreed,
  close,
  design,
  deviceOfWorld,
  handOut,
  makeObject,
  makePurgeable,
  neighbourWorld,
  objectOfWorld,
  poolOfWorld,
  SMALL_WORLD,
} from "./world.ts";

type N1Params = {
  readonly design: ChoiceParam<FreeDesign>;
  readonly callback: ChoiceParam<FreeCallback>;
};

function keepsPin(callback: FreeCallback): boolean {
  return callback === "unpin-first" || callback === "own-table-first";
}

/** What the design does with an object that the driver keeps nothing of, and that the walker's put frees. */
function plain(freed: FreeDesign): Cell {
  if (freed === "lock") return cell("the walker's put is the last: the free locks inside reclaim", "lockdep");
  if (freed === "list-lock")
    return cell(
      "the walker takes no reference: it has X's lock while X's free waits for the list",
      "contention",
    );
  return cell("the free waits for no lock, and the walker has its reference before it tries X's");
}

function pinned(freed: FreeDesign): Cell {
  switch (freed) {
    case "lock":
      return cell(
        "the walker's reference is older than the pin: unpin and free both lock inside reclaim",
        "lockdep",
      );
    case "helper":
    case "helper-strict":
      return cell("the driver's unpin comes before the helper, and there is only one that locks", "lockdep");
    case "kref-assert":
      return cell("the pin of a dead object is dropped without its lock, and the assertion lets that pass");
    case "list-lock":
      return cell("an object that is needed is on no purge list: no walker meets it");
    default:
      return cell("the pin is dropped under the lock that a trylock took");
  }
}

function cellOf({ design: freed, callback }: { design: FreeDesign; callback: FreeCallback }): Cell {
  switch (callback) {
    case "unpin-first":
      return pinned(freed);
    case "own-table-first":
      return cell("whoever drops the last reference only queues X: what ends its free is not in reclaim");
    case "heap-object":
      if (freed === "helper-strict")
        return cell(
          "one pages use and no sg table is what the strict count refuses: it leaks them",
          "warning",
          "memory",
        );
      if (freed === "list-lock")
        return cell("without an sg table X is not purgeable: the walker leaves it alone");
      return plain(freed);
    default:
      return plain(freed);
  }
}

/** Task D: the rest of the creation, which may pin X while a walker has it; then the last reference but the walker's goes. */
function* pinAndClose(root: Addr, callback: FreeCallback): Step<void> {
  worksOn(objectOfWorld(root));
  // The sg table is there: what is left of `unpin-first` is the pin.
  if (callback === "unpin-first") yield* shmemPin(objectOfWorld(root));
  else yield* keepForLife(objectOfWorld(root));
  yield* close(root);
}

const definition: Scenario<N1Params> = scenario({
  name: "neighbour/n1-spurious-report",
  claim:
    "an object whose last reference a walker drops inside reclaim is freed without anybody else at its lock",
  source: "founding thread; kernel: drm_gem_lru_scan() under fs_reclaim against drm_gem_shmem_free()",
  params: {
    design,
    callback: choice(
      freeCallbacks,
      "plain",
      "what the driver keeps for X's life and gives back in its free callback",
    ),
  },
  expect: "holds",
  expected: (params) => expectationOf(cellOf(params)),
  variants: [{ callback: "plain" }, { callback: "unpin-first" }],
  cell: cellOf,
  mutants: {},
  modes: ["batch"],
  worldWords: () => SMALL_WORLD,
  *setup(heap, params) {
    const root = yield* neighbourWorld(heap, params);
    if (!keepsPin(params.callback)) {
      yield* makeObject(root, 1);
      yield* makePurgeable(root);
      return root;
    }
    // Its pages are there already, not pinned yet: that is when a walker can find it.
    const object = yield* shmemCreate(deviceOfWorld(root), 1);
    yield* shmemGetSgt(object);
    yield* handOut(root, object, 1);
    return root;
  },
  tasks: ({ callback }) => [
    {
      name: "close",
      *run(root) {
        if (keepsPin(callback)) yield* pinAndClose(root, callback);
        else yield* close(root);
      },
    },
    {
      name: "reclaim",
      *run(root) {
        yield* directReclaim(poolOfWorld(root));
        yield* idleWorker(deviceOfWorld(root));
      },
    },
  ],
  check: checkFreed,
});

export default definition;
