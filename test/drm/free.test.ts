import { describe, expect, test } from "vitest";
import type { Addr } from "#shared/atomic/index";
import { freeCallbacks, freeDesigns } from "#shared/drm/designs";
import { keepForLife } from "#shared/drm/free-callback";
import { runFreeWorker } from "#shared/drm/gem";
import { Gem, resvAssertHeld } from "#shared/drm/gem-object";
import { shmemEvictLocked, shmemMadvise, shmemPurgeLocked } from "#shared/drm/shmem-madvise";
import { shmemGetSgt, shmemVmapLocked } from "#shared/drm/shmem-map";
import { shmemGetPagesLocked, shmemPin } from "#shared/drm/shmem-pages";
import { isLive } from "#shared/memory/object";
import { drive } from "../support/arena.ts";
import { faultsOf, Rig, stateOf } from "./rig.ts";

describe.each(freeDesigns)("design %s", (design) => {
  const states: Readonly<Record<string, (rig: Rig, object: Addr) => void>> = {
    "without pages": () => {},
    "with a table": (_rig, object) => {
      drive(shmemGetSgt(object));
    },
    "without a table": (rig, object) => {
      rig.locked(object, shmemGetPagesLocked);
    },
    unneeded: (_rig, object) => {
      drive(shmemGetSgt(object));
      drive(shmemMadvise(object, 1));
    },
    evicted: (rig, object) => {
      drive(shmemGetSgt(object));
      rig.locked(object, shmemEvictLocked);
    },
    purged: (rig, object) => {
      drive(shmemGetSgt(object));
      drive(shmemMadvise(object, 1));
      rig.locked(object, shmemPurgeLocked);
    },
  };

  test.each(Object.entries(states))("an object %s gives everything back", (state, bring) => {
    // The strict form takes that for somebody else's use: see the heap objects below.
    if (design === "helper-strict" && state === "without a table") return;
    const rig = new Rig({ design });
    const object = rig.create();
    bring(rig, object);
    rig.put(object);
    expect(isLive(object)).toBe(false);
    expect(rig.leaked()).toBe(0);
    expect(rig.free()).toBe(16);
    expect(faultsOf(rig, [])).toEqual([]);
    expect(rig.counted("CONTENDED_FREES")).toBe(0);
  });

  test("a pin that nobody dropped is reported, and its pages are leaked on purpose", () => {
    const rig = new Rig({ design });
    const object = rig.create();
    drive(shmemGetSgt(object));
    drive(shmemPin(object));
    rig.put(object);
    const complaints = design === "helper-strict" ? ["invariant"] : ["invariant", "invariant"];
    expect(rig.reports()).toEqual(complaints);
    expect(isLive(object)).toBe(false);
    // Strict leaks the table too.
    expect(rig.leaked()).toBe(design === "helper-strict" ? 2 : 1);
    expect(rig.free()).toBe(design === "helper-strict" ? 13 : 14);
    expect([...rig.members("evictable"), ...rig.members("pinned")]).toEqual([]);
  });

  test("a kernel mapping that nobody dropped is reported", () => {
    const rig = new Rig({ design });
    const object = rig.create();
    rig.locked(object, shmemVmapLocked);
    rig.put(object);
    expect(rig.reports()[0]).toBe("invariant");
    expect(isLive(object)).toBe(false);
  });

  test("the assertion of the lock lets a dead object pass in kref-assert only", () => {
    const rig = new Rig({ design });
    const object = rig.create();
    drive(resvAssertHeld(object));
    expect(rig.reports()).toEqual(["resv-not-held"]);
    rig.world.words[object + Gem.at.refcount] = 0;
    drive(resvAssertHeld(object));
    expect(rig.reports()).toHaveLength(design === "kref-assert" ? 1 : 2);
    rig.locked(object, resvAssertHeld);
    expect(rig.reports()).toHaveLength(design === "kref-assert" ? 1 : 2);
  });

  test("frees are counted, and timed now and then", () => {
    const rig = new Rig({ design });
    for (let count = 0; count < 65; count++) rig.put(rig.create());
    expect(rig.counted("FREES")).toBe(65);
    expect(rig.counted("FREES_TIMED")).toBe(2);
  });
});

describe("what a driver keeps for an object's whole life", () => {
  const kept = (design: (typeof freeDesigns)[number], callback: (typeof freeCallbacks)[number]): Rig => {
    const rig = new Rig({ design, callback });
    const object = rig.create();
    expect(drive(keepForLife(object))).toBe(0);
    rig.put(object);
    drive(runFreeWorker(rig.device));
    expect(isLive(object)).toBe(false);
    return rig;
  };
  const designs = freeDesigns.flatMap((design) => freeCallbacks.map((callback) => ({ design, callback })));
  const isStrictOnHeap = ({ design, callback }: (typeof designs)[number]): boolean =>
    design === "helper-strict" && callback === "heap-object";

  test.each(designs.filter((one) => !isStrictOnHeap(one)))(
    "$callback is given back in design $design",
    ({ design, callback }) => {
      const rig = kept(design, callback);
      expect(rig.reports()).toEqual([]);
      expect(rig.leaked()).toBe(0);
      expect(rig.free()).toBe(16);
    },
  );

  test("the strict helper complains of a heap object, which nobody has misused, and leaks its pages", () => {
    const rig = kept("helper-strict", "heap-object");
    expect(rig.reports()).toEqual(["invariant"]);
    expect(rig.leaked()).toBe(1);
    expect(rig.free()).toBe(14);
  });

  test("an object whose device has not answered stays, its refcount zero", () => {
    const rig = new Rig({ callback: "own-table-first" });
    const object = rig.create();
    drive(keepForLife(object));
    rig.put(object);
    expect(isLive(object)).toBe(true);
    expect(stateOf(object)).toMatchObject({ refs: 0, uses: 1 });
  });
});

describe("with the lock held by another task", () => {
  test.each(["kref-assert", "helper"] as const)("design %s frees without waiting", (design) => {
    const rig = new Rig({ design });
    const object = rig.create();
    drive(shmemGetSgt(object));
    rig.lockedByAnother(object);
    rig.put(object);
    expect(isLive(object)).toBe(false);
    expect(rig.free()).toBe(16);
    // That task locked an object that it had no reference to: the claim's condition, and the monitor's business.
    expect(rig.reports()).toEqual(["contention-at-free"]);
    expect(rig.counted("CONTENDED_FREES")).toBe(1);
  });

  test("design deferred revives the object and leaves it to the worker", () => {
    const rig = new Rig({ design: "deferred" });
    const [first, second] = [rig.create(), rig.create()];
    drive(shmemGetSgt(first));
    for (const object of [first, second]) rig.lockedByAnother(object);
    for (const object of [first, second]) rig.put(object);
    expect(stateOf(first)).toMatchObject({ refs: 1, uses: 1 });
    expect(rig.counted("DEFERRED")).toBe(2);
    for (const object of [first, second]) rig.unlockedByAnother(object);
    drive(runFreeWorker(rig.device));
    expect([first, second].map(isLive)).toEqual([false, false]);
    expect(rig.free()).toBe(16);
    expect(rig.leaked()).toBe(0);
    drive(runFreeWorker(rig.device));
    expect(rig.reports().filter((kind) => kind !== "contention-at-free")).toEqual([]);
  });
});

test("a put of an object that is gone is a use after free, and frees nothing twice", () => {
  const rig = new Rig();
  const object = rig.create();
  rig.put(object);
  rig.put(object);
  expect(rig.reports()).toEqual(["use-after-free"]);
});
