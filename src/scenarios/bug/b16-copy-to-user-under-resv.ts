import type { Addr, Step } from "#shared/atomic/index";
import { dmaResvLock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { resvOf } from "#shared/drm/gem-object";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { downRead, downWrite, Rwsem, upRead, upWrite } from "#shared/sync/rwsem";
import type { Scenario } from "../define.ts";
import {
  close,
  deviceOfWorld,
  makeObject,
  neighbourWorld,
  objectOfWorld,
  otherOfWorld,
  SMALL_WORLD,
  setOther,
} from "../neighbour/world.ts";
import { checkAllFreed } from "../shmem/world.ts";
import { type PairParams, pair } from "./pair.ts";

/** A process's memory. @kernel include/linux/mm_types.h: struct mm_struct */
const Mm: Layout<"mmapLock"> = struct("mm_struct", { mmapLock: Rwsem });

/** User memory that is not there: the fault takes the process's lock. @kernel arch/x86/mm/fault.c: do_user_addr_fault() */
function* copyToUser(root: Addr): Step<void> {
  yield* downRead(otherOfWorld(root) + Mm.at.mmapLock);
  yield* upRead(otherOfWorld(root) + Mm.at.mmapLock);
}

/** Reads what the object has, for user space. @kernel drivers/gpu/drm/amd/amdgpu/amdgpu_ring.c: amdgpu_debugfs_mqd_read() */
function* readMqd(root: Addr, repaired: boolean): Step<void> {
  const resv = yield* resvOf(objectOfWorld(root));
  yield* dmaResvLock(resv, 0);
  if (!repaired) yield* copyToUser(root);
  yield* dmaResvUnlock(resv);
  if (repaired) yield* copyToUser(root);
  yield* close(root);
}

/** Maps the object, under the process's lock. @kernel drm_gem.c: drm_gem_mmap() */
function* mmap(root: Addr): Step<void> {
  const resv = yield* resvOf(objectOfWorld(root));
  yield* downWrite(otherOfWorld(root) + Mm.at.mmapLock);
  yield* dmaResvLock(resv, 0);
  yield* dmaResvUnlock(resv);
  yield* upWrite(otherOfWorld(root) + Mm.at.mmapLock);
  yield* close(root);
}

const definition: Scenario<PairParams> = pair({
  name: "bug/b16-copy-to-user-under-resv",
  claim: "user memory may be written under an object's lock",
  source: "drm/amdgpu: fix deadlock while reading mqd from debugfs, 8678b1060ae2 (2024)",
  kinds: ["deadlock"],
  broken:
    "the write faults, and waits for mmap_lock under the object's; a mapping has them the other way round",
  repaired: "the object's lock is released before the copy",
  foundBy: ["explore", "race"],
  words: SMALL_WORLD + 20,
  *setup(heap) {
    const root = yield* neighbourWorld(heap, { design: "lock" });
    yield* makeObject(root, 2);
    yield* setOther(root, yield* allocate(heap, Mm));
    return root;
  },
  tasks: [
    { name: "debugfs-read", run: readMqd },
    { name: "mmap", run: mmap },
  ],
  *check(root, heap) {
    yield* checkAllFreed(deviceOfWorld(root), heap, 4);
  },
});

export default definition;
