import { type Addr, peek, type Step, write } from "#shared/atomic/index";
import { Device } from "#shared/drm/device";
import { dmaBufResv } from "#shared/drm/dma-buf";
import { gemPut } from "#shared/drm/gem";
import { Shmem, shmemCreate } from "#shared/drm/gem-object";
import { dmaBufAttach, dmaBufDetach, primeExport, primePut } from "#shared/drm/prime";
import { allocSgTable, shmemFreeSgt } from "#shared/drm/shmem-map";
import { free } from "#shared/memory/object";
import { freePages } from "#shared/mm/page-pool";
import type { Scenario } from "../define.ts";
import {
  checkFreed,
  deviceOfWorld,
  makeObject,
  neighbourWorld,
  objectOfWorld,
  otherOfWorld,
  SMALL_WORLD,
  setOther,
} from "../neighbour/world.ts";
import { type PairParams, pair } from "./pair.ts";

/** An import whose last step fails: the object has its table, and does not say yet that it is an import. */
function* importFailing(root: Addr, repaired: boolean): Step<void> {
  const device = deviceOfWorld(root);
  const buffer = otherOfWorld(root);
  yield* dmaBufAttach(buffer);
  const object = yield* shmemCreate(device, 1, dmaBufResv(buffer));
  const table = yield* allocSgTable(object);
  yield* write(object + Shmem.at.sgt, table);
  // Here it fails. The put takes the object for a native one, and frees its table; the error path unmaps it, too.
  if (repaired) yield* shmemFreeSgt(object);
  yield* gemPut(object);
  if (!repaired) {
    yield* free(peek(device + Device.at.heap), table);
    yield* freePages(device + Device.at.pool, 1);
  }
  yield* dmaBufDetach(buffer);
  yield* primePut(buffer);
  yield* gemPut(objectOfWorld(root));
}

const definition: Scenario<PairParams> = pair({
  name: "bug/b12-import-error-double-free",
  claim: "an import that fails at its last step frees its table once",
  source: "drm/shmem-helper: Fix UAF in error path when freeing SGT of imported GEM (v15 01/23, 2023)",
  kinds: ["double-free"],
  broken: "the free takes the native way and frees the table; so does the import's error path",
  repaired: "the table is the error path's until the object says that it is an import",
  foundBy: ["explore", "race"],
  words: SMALL_WORLD + 120,
  *setup(heap) {
    const root = yield* neighbourWorld(heap, { design: "lock" });
    yield* setOther(root, yield* primeExport(yield* makeObject(root, 1)));
    return root;
  },
  tasks: [{ name: "import", run: importFailing }],
  *check(root, heap) {
    yield* checkFreed(root, 0, heap);
  },
});

export default definition;
