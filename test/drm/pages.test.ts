import { describe, expect, test } from "vitest";
import { dmaResvIsHeld } from "#shared/drm/dma-resv";
import { resvOf } from "#shared/drm/gem-object";
import { shmemMadvise } from "#shared/drm/shmem-madvise";
import {
  shmemFreeSgt,
  shmemGetSgt,
  shmemGetSgtLocked,
  shmemVmapLocked,
  shmemVunmapLocked,
} from "#shared/drm/shmem-map";
import {
  shmemGetPagesLocked,
  shmemPin,
  shmemPinLocked,
  shmemPutPagesLocked,
  shmemUnpin,
} from "#shared/drm/shmem-pages";
import { EINTR, ENOMEM } from "#shared/errno";
import { drive } from "../support/arena.ts";
import { faultsOf, Rig, stateOf } from "./rig.ts";

describe("pages", () => {
  test("the first use brings them in, the last gives them back", () => {
    const rig = new Rig();
    const object = rig.create(3);
    expect(rig.locked(object, shmemGetPagesLocked)).toBe(0);
    expect(rig.free()).toBe(13);
    expect(rig.locked(object, shmemGetPagesLocked)).toBe(0);
    expect(rig.free()).toBe(13);
    expect(stateOf(object).uses).toBe(2);
    expect(faultsOf(rig, [object])).toEqual([]);
    rig.locked(object, shmemPutPagesLocked);
    expect(stateOf(object).pages).not.toBe(0);
    rig.locked(object, shmemPutPagesLocked);
    expect(stateOf(object)).toMatchObject({ uses: 0, pages: 0 });
    expect(rig.free()).toBe(16);
    expect(faultsOf(rig, [object])).toEqual([]);
  });

  test("without enough free pages there are none: ENOMEM, and nothing has changed", () => {
    const rig = new Rig({ pages: 2 });
    const object = rig.create(3);
    expect(rig.locked(object, shmemGetPagesLocked)).toBe(ENOMEM);
    expect(stateOf(object)).toMatchObject({ uses: 0, pages: 0 });
    expect(faultsOf(rig, [object])).toEqual([]);
  });

  test("a put without a use is reported as an underflow", () => {
    const rig = new Rig();
    rig.locked(rig.create(), shmemPutPagesLocked);
    expect(rig.reports()).toEqual(["refcount-underflow"]);
  });
});

describe("pins", () => {
  test("a pin is a use, and the fast paths count above one without the lock", () => {
    const rig = new Rig();
    const object = rig.create();
    expect(drive(shmemPin(object))).toBe(0);
    expect(stateOf(object)).toMatchObject({ pins: 1, uses: 1 });
    expect(rig.members("pinned")).toEqual([object]);
    rig.lockedByAnother(object);
    expect(drive(shmemPin(object))).toBe(0);
    expect(stateOf(object)).toMatchObject({ pins: 2, uses: 1 });
    drive(shmemUnpin(object));
    rig.unlockedByAnother(object);
    expect(faultsOf(rig, [object])).toEqual([]);
    drive(shmemUnpin(object));
    expect(stateOf(object)).toMatchObject({ pins: 0, uses: 0, pages: 0 });
    expect(faultsOf(rig, [object])).toEqual([]);
  });

  test("a signal ends the wait for the lock: EINTR, and nothing is pinned or locked", () => {
    const rig = new Rig();
    const object = rig.create();
    rig.lockedByAnother(object);
    rig.signal(true);
    expect(drive(shmemPin(object))).toBe(EINTR);
    rig.signal(false);
    rig.unlockedByAnother(object);
    expect(stateOf(object)).toMatchObject({ pins: 0, uses: 0 });
    expect(drive(shmemPin(object))).toBe(0);
  });

  test("a signal does not matter where nobody has to wait", () => {
    const rig = new Rig();
    const object = rig.create();
    rig.signal(true);
    expect(drive(shmemPin(object))).toBe(0);
  });

  test("no pages, no pin: ENOMEM, with the lock released", () => {
    const rig = new Rig({ pages: 1 });
    const object = rig.create();
    expect(drive(shmemPin(object))).toBe(ENOMEM);
    expect(drive(dmaResvIsHeld(drive(resvOf(object))))).toBe(false);
    expect(stateOf(object).pins).toBe(0);
    expect(faultsOf(rig, [object])).toEqual([]);
  });
});

describe("sg tables", () => {
  test("a table is made once, owns one use, and takes a page", () => {
    const rig = new Rig();
    const object = rig.create();
    expect(drive(shmemGetSgt(object))).toBe(0);
    const { sgt } = stateOf(object);
    expect(stateOf(object)).toMatchObject({ uses: 1 });
    expect(rig.free()).toBe(13);
    expect(drive(shmemGetSgt(object))).toBe(0);
    expect(stateOf(object)).toMatchObject({ sgt, uses: 1 });
    expect(faultsOf(rig, [object])).toEqual([]);
    drive(shmemFreeSgt(object));
    rig.locked(object, shmemPutPagesLocked);
    expect(rig.free()).toBe(16);
    drive(shmemFreeSgt(object));
    expect(faultsOf(rig, [object])).toEqual([]);
  });

  test("no page for the table: the pages go back too", () => {
    const rig = new Rig({ pages: 2 });
    const object = rig.create(2);
    expect(drive(shmemGetSgt(object))).toBe(ENOMEM);
    expect(stateOf(object)).toMatchObject({ uses: 0, pages: 0, sgt: 0 });
    expect(rig.free()).toBe(2);
    expect(faultsOf(rig, [object])).toEqual([]);
  });

  test("a signal while waiting for the lock: EINTR", () => {
    const rig = new Rig();
    const object = rig.create();
    rig.lockedByAnother(object);
    rig.signal(true);
    expect(drive(shmemGetSgt(object))).toBe(EINTR);
    expect(stateOf(object)).toMatchObject({ uses: 0, sgt: 0 });
  });
});

describe("kernel mappings", () => {
  test("a mapping pins; the second shares it; the last unmaps and unpins", () => {
    const rig = new Rig();
    const object = rig.create();
    expect(rig.locked(object, shmemVmapLocked)).toBe(0);
    expect(rig.locked(object, shmemVmapLocked)).toBe(0);
    expect(stateOf(object)).toMatchObject({ vmaps: 2, pins: 1, uses: 1 });
    expect(faultsOf(rig, [object])).toEqual([]);
    rig.locked(object, shmemVunmapLocked);
    expect(stateOf(object).vaddr).not.toBe(0);
    rig.locked(object, shmemVunmapLocked);
    expect(stateOf(object)).toMatchObject({ vmaps: 0, vaddr: 0, pins: 0, uses: 0 });
    expect(rig.free()).toBe(16);
    expect(faultsOf(rig, [object])).toEqual([]);
  });

  test.each([
    ["no page for the mapping", 2],
    ["no pages at all", 1],
  ])("%s: ENOMEM, and neither pin nor mapping is left", (_what, pages) => {
    const rig = new Rig({ pages });
    const object = rig.create(2);
    expect(rig.locked(object, shmemVmapLocked)).toBe(ENOMEM);
    expect(stateOf(object)).toMatchObject({ vmaps: 0, pins: 0, uses: 0 });
    expect(rig.free()).toBe(pages);
    expect(faultsOf(rig, [object])).toEqual([]);
  });
});

describe("without the lock", () => {
  const helpers = {
    shmemGetPagesLocked,
    shmemPutPagesLocked,
    shmemPinLocked,
    shmemVmapLocked,
    shmemVunmapLocked,
    shmemGetSgtLocked,
  };

  test.each(Object.entries(helpers))("%s complains", (_name, helper) => {
    const rig = new Rig();
    const object = rig.create();
    rig.locked(object, shmemVmapLocked);
    drive<unknown>(helper(object));
    expect(rig.reports()).toContain("resv-not-held");
  });

  test("a lock that another task holds does not count", () => {
    const rig = new Rig();
    const object = rig.create();
    rig.lockedByAnother(object);
    drive(shmemGetPagesLocked(object));
    expect(rig.reports()).toEqual(["resv-not-held"]);
  });

  test("madvise takes it itself", () => {
    const rig = new Rig();
    const object = rig.create();
    expect(drive(shmemMadvise(object, 1))).toBe(1);
    expect(rig.reports()).toEqual([]);
  });
});
