import { describe, expect, test } from "vitest";
import { type Addr, peek } from "#shared/atomic/index";
import { DmaFence, dmaFenceCreate, dmaFenceSignal } from "#shared/drm/dma-fence";
import { dmaResvAddFence, dmaResvReserveFences } from "#shared/drm/dma-resv";
import { gemGet } from "#shared/drm/gem";
import { Gem, resvOf } from "#shared/drm/gem-object";
import { lruScan } from "#shared/drm/lru-scan";
import {
  shmemEvictLocked,
  shmemMadvise,
  shmemMadviseLocked,
  shmemPurgeLocked,
} from "#shared/drm/shmem-madvise";
import { shmemGetSgt } from "#shared/drm/shmem-map";
import {
  shmemGetPagesLocked,
  shmemPin,
  shmemPutPagesLocked,
  shmemSwapinLocked,
  shmemUnpin,
} from "#shared/drm/shmem-pages";
import { shmemShrinkerCount, shmemShrinkerScan } from "#shared/drm/shmem-shrinker";
import { EINTR, ENOMEM } from "#shared/errno";
import { isLive } from "#shared/memory/object";
import { SHRINK_STOP } from "#shared/mm/shrinker";
import { drive } from "../support/arena.ts";
import { faultsOf, Rig, stateOf } from "./rig.ts";

/** An object with pages and sg table, as a job would use it. */
function ready(rig: Rig, pages = 2): Addr {
  const object = rig.create(pages);
  drive(shmemGetSgt(object));
  return object;
}

const scan = (rig: Rig, wanted = 100): number => drive(lruScan(rig.device, rig.list("evictable"), wanted));

describe("madvise", () => {
  test("says whether the pages are still there, and -1 absorbs", () => {
    const rig = new Rig();
    const object = ready(rig);
    expect(drive(shmemMadvise(object, 1))).toBe(1);
    expect(drive(shmemMadvise(object, 0))).toBe(1);
    drive(shmemMadvise(object, 1));
    rig.locked(object, shmemPurgeLocked);
    expect(drive(shmemMadvise(object, 0))).toBe(0);
    expect(stateOf(object).madv).toBe(-1);
    expect(faultsOf(rig, [object])).toEqual([]);
  });

  test("a signal while waiting for the lock: EINTR, and the advice is not taken", () => {
    const rig = new Rig();
    const object = ready(rig);
    rig.lockedByAnother(object);
    rig.signal(true);
    expect(drive(shmemMadvise(object, 1))).toBe(EINTR);
    expect(stateOf(object).madv).toBe(0);
  });

  test("a pinned object is not evictable, whatever was advised", () => {
    const rig = new Rig();
    const object = ready(rig);
    drive(shmemPin(object));
    drive(shmemMadvise(object, 1));
    expect(rig.members("pinned")).toEqual([object]);
    drive(shmemUnpin(object));
    expect(rig.members("evictable")).toEqual([object]);
    expect(faultsOf(rig, [object])).toEqual([]);
  });

  test("without the lock it is reported", () => {
    const rig = new Rig();
    drive(shmemMadviseLocked(ready(rig), 1));
    expect(rig.reports()).toEqual(["resv-not-held"]);
  });
});

describe("purge", () => {
  test("gives pages and table back for good: no list, no pages, no pin any more", () => {
    const rig = new Rig();
    const object = ready(rig);
    drive(shmemMadvise(object, 1));
    rig.locked(object, shmemPurgeLocked);
    expect(stateOf(object)).toMatchObject({ madv: -1, pages: 0, uses: 0, sgt: 0 });
    expect(rig.free()).toBe(16);
    expect([...rig.members("evictable"), ...rig.members("pinned")]).toEqual([]);
    expect(drive(shmemPin(object))).toBe(ENOMEM);
    expect(drive(shmemGetSgt(object))).toBe(ENOMEM);
    expect(faultsOf(rig, [object])).toEqual([]);
  });

  test("of an object that somebody needs is reported", () => {
    const rig = new Rig();
    rig.locked(ready(rig), shmemPurgeLocked);
    expect(rig.reports()).toEqual(["invariant"]);
  });

  test("of an object whose pages another user holds drops one use only", () => {
    const rig = new Rig();
    const object = ready(rig);
    rig.locked(object, shmemGetPagesLocked);
    drive(shmemMadvise(object, 1));
    rig.locked(object, shmemPurgeLocked);
    expect(stateOf(object)).toMatchObject({ madv: -1, uses: 1 });
    expect(stateOf(object).pages).not.toBe(0);
    rig.locked(object, shmemPutPagesLocked);
    expect(rig.free()).toBe(16);
    expect(faultsOf(rig, [object])).toEqual([]);
  });

  test("of an evicted object gives nothing back twice", () => {
    const rig = new Rig();
    const object = ready(rig);
    rig.locked(object, shmemEvictLocked);
    drive(shmemMadvise(object, 1));
    rig.locked(object, shmemPurgeLocked);
    expect(stateOf(object)).toMatchObject({ madv: -1, evicted: 0, uses: 0 });
    expect(rig.free()).toBe(16);
    expect(faultsOf(rig, [object])).toEqual([]);
  });
});

describe("evict and swap in", () => {
  test("eviction gives the pages back and keeps the uses; a pin brings them in again", () => {
    const rig = new Rig();
    const object = ready(rig);
    rig.locked(object, shmemEvictLocked);
    expect(stateOf(object)).toMatchObject({ evicted: 1, pages: 0, uses: 1 });
    expect(rig.free()).toBe(15);
    expect(faultsOf(rig, [object])).toEqual([]);
    expect(drive(shmemPin(object))).toBe(0);
    expect(stateOf(object)).toMatchObject({ evicted: 0, uses: 2, pins: 1 });
    expect(rig.members("pinned")).toEqual([object]);
    expect(faultsOf(rig, [object])).toEqual([]);
  });

  test("swapping in an object that is here does nothing", () => {
    const rig = new Rig();
    const object = ready(rig);
    expect(rig.locked(object, shmemSwapinLocked)).toBe(0);
    expect(rig.free()).toBe(13);
    expect(faultsOf(rig, [object])).toEqual([]);
  });

  test("no pages to swap into: ENOMEM, still evicted, not pinned", () => {
    const rig = new Rig({ pages: 3 });
    const object = ready(rig);
    rig.locked(object, shmemEvictLocked);
    const other = rig.create(2);
    drive(shmemPin(other));
    expect(rig.locked(object, shmemSwapinLocked)).toBe(ENOMEM);
    expect(drive(shmemPin(object))).toBe(ENOMEM);
    expect(stateOf(object)).toMatchObject({ evicted: 1, pins: 0 });
    expect(faultsOf(rig, [object, other])).toEqual([]);
  });

  test("a table for evicted pages brings them in first", () => {
    const rig = new Rig();
    const object = rig.create();
    rig.locked(object, shmemGetPagesLocked);
    rig.locked(object, shmemEvictLocked);
    expect(drive(shmemGetSgt(object))).toBe(0);
    expect(stateOf(object)).toMatchObject({ evicted: 0, uses: 2 });
    expect(faultsOf(rig, [object])).toEqual([]);
  });

  test("of a pinned object is reported", () => {
    const rig = new Rig();
    const object = ready(rig);
    drive(shmemPin(object));
    rig.locked(object, shmemEvictLocked);
    expect(rig.reports()).toEqual(["invariant"]);
  });

  // Found by the model in shmem-model.test.ts: the pages came in twice, and one set was lost.
  test("the last use of evicted pages ends the eviction too", () => {
    const rig = new Rig();
    const object = rig.create();
    rig.locked(object, shmemGetPagesLocked);
    rig.locked(object, shmemEvictLocked);
    rig.locked(object, shmemPutPagesLocked);
    expect(stateOf(object)).toMatchObject({ evicted: 0, uses: 0 });
    rig.locked(object, shmemGetPagesLocked);
    drive(shmemPin(object));
    expect(rig.free()).toBe(14);
    expect(faultsOf(rig, [object])).toEqual([]);
  });
});

describe("a walk of the list", () => {
  test("takes from the least recently used end, until it has enough", () => {
    const rig = new Rig();
    const objects = [ready(rig), ready(rig), ready(rig)];
    expect(scan(rig, 3)).toBe(4);
    expect(objects.map((object) => stateOf(object).evicted)).toEqual([1, 1, 0]);
    expect(rig.members("evictable")).toEqual([objects[2]]);
    expect(faultsOf(rig, objects)).toEqual([]);
  });

  test("purges what nobody needs and evicts the rest", () => {
    const rig = new Rig();
    const [unneeded, needed] = [ready(rig), ready(rig)];
    drive(shmemMadvise(unneeded, 1));
    expect(scan(rig)).toBe(4);
    expect(stateOf(unneeded)).toMatchObject({ madv: -1, sgt: 0 });
    expect(stateOf(needed)).toMatchObject({ madv: 0, evicted: 1 });
    expect(faultsOf(rig, [unneeded, needed])).toEqual([]);
  });

  test("leaves an object whose lock is taken where it was, and counts the attempt", () => {
    const rig = new Rig();
    const [busy, idle] = [ready(rig), ready(rig)];
    rig.lockedByAnother(busy);
    expect(scan(rig)).toBe(2);
    expect(stateOf(busy)).toMatchObject({ evicted: 0, refs: 1 });
    expect(rig.members("evictable")).toEqual([busy]);
    expect(rig.counted("TRYLOCK_FAILED")).toBe(1);
    expect(faultsOf(rig, [busy, idle])).toEqual([]);
  });

  test("leaves an object that a job still uses", () => {
    const rig = new Rig();
    const object = ready(rig);
    const fence = drive(dmaFenceCreate(rig.world.heap));
    rig.locked(object, function* (resv) {
      yield* dmaResvReserveFences(drive(resvOf(resv)), rig.pool, 1);
      yield* dmaResvAddFence(drive(resvOf(resv)), fence);
    });
    expect(scan(rig)).toBe(0);
    drive(dmaFenceSignal(fence));
    expect(scan(rig)).toBe(2);
    expect(peek(fence + DmaFence.at.refcount)).toBe(2);
    expect(faultsOf(rig, [object])).toEqual([]);
  });

  test("passes an object whose refcount is zero by, without touching its lock", () => {
    const rig = new Rig();
    const object = ready(rig);
    rig.world.words[object + Gem.at.refcount] = 0;
    rig.lockedByAnother(object);
    expect(scan(rig)).toBe(0);
    expect(rig.counted("TRYLOCK_FAILED")).toBe(0);
    expect(rig.members("evictable")).toEqual([object]);
  });

  test("frees an object itself if its reference turns out to be the last", () => {
    const rig = new Rig();
    const object = ready(rig);
    const path = lruScan(rig.device, rig.list("evictable"), 100);
    // The owner drops its reference as soon as the walker has one of its own.
    while (stateOf(object).refs < 2) path.next();
    rig.as(1, () => rig.put(object));
    expect(drive(path)).toBe(2);
    expect(isLive(object)).toBe(false);
    expect(rig.counted("FREES")).toBe(1);
    expect(faultsOf(rig, [])).toEqual([]);
  });

  test("keeps a reference that somebody else has", () => {
    const rig = new Rig();
    const object = ready(rig);
    drive(gemGet(object));
    scan(rig);
    expect(stateOf(object).refs).toBe(2);
    expect(faultsOf(rig, [object])).toEqual([]);
  });
});

describe("the shrinker", () => {
  test("counts what the list has, and says STOP when it frees nothing", () => {
    const rig = new Rig();
    const object = ready(rig);
    expect(drive(shmemShrinkerCount(rig.device))).toBe(2);
    expect(drive(shmemShrinkerScan(rig.device, 128))).toBe(2);
    expect(drive(shmemShrinkerCount(rig.device))).toBe(0);
    expect(drive(shmemShrinkerScan(rig.device, 128))).toBe(SHRINK_STOP);
    expect(faultsOf(rig, [object])).toEqual([]);
  });
});
