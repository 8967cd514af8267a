import { type Addr, peek, type Step, write } from "#shared/atomic/index";
import { Device } from "#shared/drm/device";
import { DmaResv, dmaResvInit, dmaResvLock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { gemPut } from "#shared/drm/gem";
import { Gem, resvOf } from "#shared/drm/gem-object";
import { gemRelease } from "#shared/drm/gem-release";
import { primeDestroy } from "#shared/drm/prime-destroy";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { krefPut } from "#shared/sync/kref";
import { WwContext, wwAcquireFini, wwAcquireInit } from "#shared/sync/ww-context";
import type { Scenario } from "../define.ts";
import { checkImportFreed, IMPORT_WORLD, makeImport } from "../neighbour/imports.ts";
import { deviceOfWorld, neighbourWorld, objectOfWorld, otherOfWorld, setOther } from "../neighbour/world.ts";
import { type PairParams, pair } from "./pair.ts";

/** The lock of another object of the job, the exporter's object, and the job's context. */
const Job: Layout<"resv" | "exported" | "ticket"> = struct("b4_job", {
  resv: DmaResv,
  exported: "plain",
  ticket: WwContext,
});

const { resv: RESV, exported: EXPORTED, ticket: TICKET } = Job.at;

/** What is left to do of a dead import: it detaches from its exporter, under the exporter's lock. @kernel drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_cleanup_memtype_use() */
function* destroy(object: Addr): Step<void> {
  const exported = yield* primeDestroy(object);
  yield* gemRelease(object);
  if (exported !== 0) yield* gemPut(exported);
}

/** A file that is closed: its buffers are locked together, and put while the first is still locked. @kernel drivers/gpu/drm/drm_exec.c: drm_exec_fini() */
function* fileClose(root: Addr, repaired: boolean): Step<void> {
  const job = otherOfWorld(root);
  yield* wwAcquireInit(job + TICKET, deviceOfWorld(root) + Device.at.resvClass);
  yield* dmaResvLock(job + RESV, job + TICKET);
  const last = yield* krefPut(objectOfWorld(root) + Gem.at.refcount);
  if (last && !repaired) yield* destroy(objectOfWorld(root));
  yield* dmaResvUnlock(job + RESV);
  yield* wwAcquireFini(job + TICKET);
  // The worker's part: it holds nothing.
  if (last && repaired) yield* destroy(objectOfWorld(root));
}

/** The exporter has its own lock, and then the other object's. */
function* exporter(root: Addr): Step<void> {
  const job = otherOfWorld(root);
  const exported = peek(job + EXPORTED);
  const resv = yield* resvOf(exported);
  yield* dmaResvLock(resv, 0);
  yield* dmaResvLock(job + RESV, 0);
  yield* dmaResvUnlock(job + RESV);
  yield* dmaResvUnlock(resv);
  yield* gemPut(exported);
}

const definition: Scenario<PairParams> = pair({
  name: "bug/b4-import-put-under-exec",
  claim: "the last reference to an import may be dropped under other reservation locks",
  source: "drm/ttm: Always take the bo delayed cleanup path for imported bos, d99fbd9aab62 (2024, v6.10)",
  kinds: ["deadlock"],
  broken:
    "the import's detach waits for the exporter's lock under another, outside of the context that would back off",
  repaired: "an import is always left to a worker, which holds nothing",
  words: IMPORT_WORLD + 80,
  *setup(heap) {
    const root = yield* neighbourWorld(heap, {
      design: "lock",
      algorithm: "wait-die",
    });
    const job = yield* allocate(heap, Job);
    yield* dmaResvInit(job + RESV, deviceOfWorld(root) + Device.at.resvClass);
    yield* write(job + EXPORTED, yield* makeImport(root, heap));
    yield* setOther(root, job);
    return root;
  },
  tasks: [
    { name: "file-close", run: fileClose },
    { name: "exporter", run: exporter },
  ],
  *check(root, heap) {
    yield* checkImportFreed(root, heap, 1);
  },
});

export default definition;
