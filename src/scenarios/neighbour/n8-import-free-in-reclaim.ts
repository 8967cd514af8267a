import type { Addr, Step } from "#shared/atomic/index";
import type { FreeDesign } from "#shared/drm/designs";
import { dmaResvLock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { gemPut } from "#shared/drm/gem";
import { resvOf } from "#shared/drm/gem-object";
import { directReclaim } from "#shared/mm/reclaim";
import { type Cell, type Scenario, scenario } from "../define.ts";
import type { ChoiceParam } from "../params.ts";
import { cell, expectationOf } from "./cells.ts";
import { checkImportFreed, IMPORT_WORLD, makeImport, putOnList } from "./imports.ts";
import {
  close,
  design,
  fixed,
  neighbourWorld,
  objectOfWorld,
  otherOfWorld,
  poolOfWorld,
  setOther,
} from "./world.ts";

type N8Params = { readonly design: ChoiceParam<FreeDesign>; readonly fixed: ChoiceParam<"false" | "true"> };

function cellOf({ design: freed, fixed: repaired }: { design: FreeDesign; fixed: "false" | "true" }): Cell {
  if (repaired === "true")
    return cell(
      "no walker finds the import; its free waits for the exporter, outside of reclaim",
      "contention",
    );
  if (freed === "list-lock")
    return cell(
      "the walker takes no reference, so reclaim never frees; the free waits for the exporter",
      "contention",
    );
  if (freed === "deferred")
    return cell(
      "an import is always left to the worker; the exporter holds its lock all the same",
      "contention",
    );
  return cell(
    "the exporter reclaims under its lock, and the walker's put frees the import, which waits for that lock",
    "lockdep",
    "deadlock",
    "contention",
  );
}

/** The exporter allocates under its lock, which is X's too, and so reclaims. */
function* exporter(root: Addr): Step<void> {
  const resv = yield* resvOf(otherOfWorld(root));
  yield* dmaResvLock(resv, 0);
  yield* directReclaim(poolOfWorld(root));
  yield* dmaResvUnlock(resv);
  yield* gemPut(otherOfWorld(root));
}

const definition: Scenario<N8Params> = scenario({
  name: "neighbour/n8-import-free-in-reclaim",
  claim: "an import on the list is freed inside reclaim without anybody else at its lock",
  source:
    "drm_prime.c: drm_prime_gem_destroy() from drm_gem_lru_scan(); drm-shmem keeps imports off its lists",
  params: { design, fixed },
  expect: "violated",
  expected: (params) => expectationOf(cellOf(params)),
  variants: [{ fixed: "false" }, { fixed: "true" }],
  cell: cellOf,
  mutants: {},
  modes: ["batch"],
  worldWords: () => IMPORT_WORLD,
  *setup(heap, params) {
    const root = yield* neighbourWorld(heap, { design: params.design });
    yield* setOther(root, yield* makeImport(root, heap));
    if (params.fixed === "false") yield* putOnList(root, objectOfWorld(root));
    return root;
  },
  tasks: () => [
    { name: "exporter", run: exporter },
    { name: "close", run: close },
  ],
  *check(root, _params, heap) {
    yield* checkImportFreed(root, heap, 0);
  },
});

export default definition;
