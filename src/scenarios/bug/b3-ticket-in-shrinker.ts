import type { Addr, Step } from "#shared/atomic/index";
import { read, write } from "#shared/atomic/index";
import { dmaResvLock, dmaResvTrylock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { gpuvmCreate, gpuvmPut, gpuvmResv } from "#shared/drm/gpuvm";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { directReclaim } from "#shared/mm/reclaim";
import { defineShrinker, registerShrinker, SHRINK_STOP } from "#shared/mm/shrinker";
import { WwContext, wwAcquireFini, wwAcquireInit } from "#shared/sync/ww-context";
import { WwMutex } from "#shared/sync/ww-mutex";
import type { Scenario } from "../define.ts";
import { some } from "../neighbour/broken-walks.ts";
import {
  deviceOfWorld,
  neighbourWorld,
  otherOfWorld,
  poolOfWorld,
  SMALL_WORLD,
  setOther,
} from "../neighbour/world.ts";
import { checkAllFreed } from "../shmem/world.ts";
import { type PairParams, pair } from "./pair.ts";

/** Types of the two shrinkers in a pool's slots. */
const BLOCKING = 7;
const TRYING = 8;

/** What the shrinker finds: a VM, and the acquire context that it opens. */
const Scanned: Layout<"vm" | "ticket"> = struct("b3_scanned", { vm: "plain", ticket: WwContext });

/** @kernel drivers/gpu/drm/msm/msm_gem_shrinker.c: with_vm_locks(), before 3392291fc509 */
function* blockingScan(scanned: Addr): Step<number> {
  const ticket = scanned + Scanned.at.ticket;
  const resv = gpuvmResv(yield* read(scanned + Scanned.at.vm));
  yield* wwAcquireInit(ticket, yield* read(resv + WwMutex.at.wwClass));
  if ((yield* dmaResvLock(resv, ticket)) === 0) yield* dmaResvUnlock(resv);
  yield* wwAcquireFini(ticket);
  return SHRINK_STOP;
}

function* tryingScan(scanned: Addr): Step<number> {
  const resv = gpuvmResv(yield* read(scanned + Scanned.at.vm));
  if (yield* dmaResvTrylock(resv)) yield* dmaResvUnlock(resv);
  return SHRINK_STOP;
}

defineShrinker(BLOCKING, { count: some, scan: blockingScan });
defineShrinker(TRYING, { count: some, scan: tryingScan });

/** Allocates under the VM's lock, and so reclaims. */
function* bind(root: Addr): Step<void> {
  const resv = gpuvmResv(yield* read(otherOfWorld(root) + Scanned.at.vm));
  yield* dmaResvLock(resv, 0);
  yield* directReclaim(poolOfWorld(root));
  yield* dmaResvUnlock(resv);
}

const definition: Scenario<PairParams> = pair({
  name: "bug/b3-ticket-in-shrinker",
  claim: "a shrinker may lock a VM as long as it does so in an acquire context",
  source: "drm/msm: Fix shrinker deadlock, 3392291fc509 (2026)",
  kinds: ["deadlock"],
  broken:
    "the walker waits for the VM's lock, which its own task holds around the allocation: no context breaks that",
  repaired: "the walker tries every lock, and skips what it cannot have",
  foundBy: ["explore", "race"],
  words: SMALL_WORLD + 80,
  *setup(heap, repaired) {
    const root = yield* neighbourWorld(heap, { design: "lock" });
    const scanned = yield* allocate(heap, Scanned);
    yield* write(scanned + Scanned.at.vm, yield* gpuvmCreate(deviceOfWorld(root)));
    yield* setOther(root, scanned);
    yield* registerShrinker(poolOfWorld(root), repaired ? TRYING : BLOCKING, scanned);
    return root;
  },
  tasks: [{ name: "bind", run: bind }],
  *check(root, heap) {
    yield* gpuvmPut(yield* read(otherOfWorld(root) + Scanned.at.vm));
    yield* checkAllFreed(deviceOfWorld(root), heap, 4);
  },
});

export default definition;
