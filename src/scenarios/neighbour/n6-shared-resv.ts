import type { Addr, Step } from "#shared/atomic/index";
import type { FreeDesign } from "#shared/drm/designs";
import { dmaResvLock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { keepForLife } from "#shared/drm/free-callback";
import { gemGet, gemPut } from "#shared/drm/gem";
import { resvOf, shmemCreate } from "#shared/drm/gem-object";
import { gpuvmCreate, gpuvmPut, shmemCreateInVm } from "#shared/drm/gpuvm";
import { directReclaim } from "#shared/mm/reclaim";
import { type Cell, type Scenario, scenario } from "../define.ts";
import { type ChoiceParam, choice } from "../params.ts";
import { cell, expectationOf } from "./cells.ts";
import {
  checkFreed,
  close,
  design,
  deviceOfWorld,
  handOut,
  makePurgeable,
  neighbourWorld,
  otherOfWorld,
  poolOfWorld,
  setOther,
  TWO_OBJECTS,
} from "./world.ts";

const shared = ["own", "vm-root"] as const;
type Shared = (typeof shared)[number];

type N6Params = { readonly design: ChoiceParam<FreeDesign>; readonly resv: ChoiceParam<Shared> };

function cellOf({ design: freed, resv }: { design: FreeDesign; resv: Shared }): Cell {
  if (resv === "vm-root") {
    if (freed === "lock")
      return cell(
        "reclaim under the VM's lock drops X's last reference, and X's free waits for that lock",
        "lockdep",
        "deadlock",
        "contention",
      );
    return cell("the VM's lock is held by a task with no reference to X while X is freed", "contention");
  }
  if (freed === "lock")
    return cell(
      "X's free locks X inside reclaim, under another lock of its class; nobody can have X's",
      "lockdep",
    );
  if (freed === "list-lock")
    return cell(
      "the walker takes no reference: it has X's lock while X's free waits for the list",
      "contention",
    );
  return cell("whoever has X's own lock owns a reference to X");
}

/** Reclaims once, as an allocation would, under the lock of its own object Y, which is X's too if both are a VM's. */
function* reclaimUnderLock(root: Addr): Step<void> {
  const own = otherOfWorld(root);
  yield* gemGet(own);
  const resv = yield* resvOf(own);
  yield* dmaResvLock(resv, 0);
  yield* directReclaim(poolOfWorld(root));
  yield* dmaResvUnlock(resv);
  yield* gemPut(own);
}

/** Objects Y, without pages, and X; in one VM, or each with a lock of its own. */
function* makeTwo(root: Addr, resv: Shared): Step<void> {
  const device = deviceOfWorld(root);
  const vm = resv === "own" ? 0 : yield* gpuvmCreate(device);
  const own = vm === 0 ? yield* shmemCreate(device, 1) : yield* shmemCreateInVm(device, vm, 1);
  const object = vm === 0 ? yield* shmemCreate(device, 1) : yield* shmemCreateInVm(device, vm, 1);
  if (vm !== 0) yield* gpuvmPut(vm);
  yield* setOther(root, own);
  yield* keepForLife(object);
  yield* handOut(root, object, 1);
  yield* makePurgeable(root);
}

const definition: Scenario<N6Params> = scenario({
  name: "neighbour/n6-shared-resv",
  claim: "an object that shares its lock is freed inside reclaim without anybody else at that lock",
  source:
    "condition C1 dropped: panthor's VM-private objects before 2026, and a walker that takes references",
  params: {
    design,
    resv: choice(
      shared,
      "vm-root",
      "whose lock X uses: its own, or that of the VM which the allocating task locks",
    ),
  },
  expect: "violated",
  expected: (params) => expectationOf(cellOf(params)),
  variants: [{ resv: "vm-root" }, { resv: "own" }],
  cell: cellOf,
  mutants: {},
  modes: ["batch"],
  worldWords: () => TWO_OBJECTS,
  *setup(heap, params) {
    const root = yield* neighbourWorld(heap, { design: params.design, pages: 2, high: 2 });
    yield* makeTwo(root, params.resv);
    return root;
  },
  tasks: () => [
    { name: "alloc", run: reclaimUnderLock },
    { name: "close", run: close },
  ],
  *check(root, params, heap) {
    // Y stays, and the VM with it.
    yield* checkFreed(root, params, heap, params.resv === "own" ? 1 : 2);
  },
});

export default definition;
