import { describe, expect, test } from "vitest";
import { peek } from "#shared/atomic/index";
import { freeDesigns } from "#shared/drm/designs";
import { Device, deviceCreate } from "#shared/drm/device";
import { DmaBuf } from "#shared/drm/dma-buf";
import { runFreeWorker } from "#shared/drm/gem";
import { Gem, shmemCreate } from "#shared/drm/gem-object";
import { primeExport, primeImport, primePut } from "#shared/drm/prime";
import { ENOMEM } from "#shared/errno";
import { isLive } from "#shared/memory/object";
import { failNth } from "#shared/mm/reclaim";
import { drive } from "../support/arena.ts";
import { Rig, stateOf } from "./rig.ts";

/** A second device in the same memory, with an object that is exported. */
function exported(rig: Rig): { object: number; buffer: number } {
  const device = drive(
    deviceCreate(peek(rig.device + Device.at.heap), {
      design: "lock",
      mutant: "none",
      algorithm: "wait-die",
      pages: 8,
      low: 0,
      high: 0,
      handles: 1,
    }),
  );
  const object = drive(shmemCreate(device, 2));
  return { object, buffer: drive(primeExport(object)) };
}

test("an export owns a reference to its object, and drops it with the last of its own", () => {
  const rig = new Rig();
  const { object, buffer } = exported(rig);
  expect(stateOf(object).refs).toBe(2);
  drive(primePut(buffer));
  expect(isLive(buffer)).toBe(false);
  expect(stateOf(object).refs).toBe(1);
});

describe.each(freeDesigns)("an import in design %s", (design) => {
  test("uses the exporter's lock, pins its pages, and gives all of it back when it is freed", () => {
    const rig = new Rig({ design });
    const { object, buffer } = exported(rig);
    const imported = drive(primeImport(rig.device, buffer));
    expect(peek(imported + Gem.at.resv)).toBe(peek(object + Gem.at.resv));
    expect(peek(buffer + DmaBuf.at.attachments)).toBe(1);
    expect(stateOf(object).pins).toBe(1);
    rig.put(imported);
    drive(runFreeWorker(rig.device));
    expect(isLive(imported)).toBe(false);
    expect(peek(buffer + DmaBuf.at.attachments)).toBe(0);
    expect(stateOf(object).pins).toBe(0);
    drive(primePut(buffer));
    rig.put(object);
    expect([isLive(buffer), isLive(object)]).toEqual([false, false]);
    expect(rig.reports()).toEqual([]);
  });

  test("may be the last to know the exporter's object", () => {
    const rig = new Rig({ design });
    const { object, buffer } = exported(rig);
    const imported = drive(primeImport(rig.device, buffer));
    drive(primePut(buffer));
    rig.put(object);
    rig.put(imported);
    drive(runFreeWorker(rig.device));
    expect([imported, buffer, object].map(isLive)).toEqual([false, false, false]);
    expect(rig.reports()).toEqual([]);
  });
});

test("a device that imports its own export gets the object itself", () => {
  const rig = new Rig();
  const object = rig.create();
  const buffer = drive(primeExport(object));
  expect(drive(primeImport(rig.device, buffer))).toBe(object);
  expect(stateOf(object).refs).toBe(3);
});

test.each([1, 2, 3])("where allocation %i fails, so does the import, with nothing left behind", (nth) => {
  const rig = new Rig();
  const { object, buffer } = exported(rig);
  failNth(nth);
  expect(drive(primeImport(rig.device, buffer))).toBe(ENOMEM);
  expect(peek(buffer + DmaBuf.at.attachments)).toBe(0);
  expect(stateOf(object)).toMatchObject({ refs: 2, pins: 0 });
  expect(rig.reports()).toEqual([]);
});
