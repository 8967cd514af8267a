import { describe, expect, test } from "vitest";
import { peek } from "#shared/atomic/index";
import { freeDesigns } from "#shared/drm/designs";
import { Device } from "#shared/drm/device";
import { gemGet, gemGetUnlessZero } from "#shared/drm/gem";
import { gemFileRelease, gemLookup, handleCreate, handleDelete } from "#shared/drm/gem-handle";
import { Gem } from "#shared/drm/gem-object";
import { EINVAL, ENOMEM } from "#shared/errno";
import { isLive } from "#shared/memory/object";
import { drive } from "../support/arena.ts";
import { Rig, stateOf } from "./rig.ts";

describe("references", () => {
  test("an object starts with one, and the last put frees it", () => {
    const rig = new Rig();
    const object = rig.create();
    expect(stateOf(object).refs).toBe(1);
    drive(gemGet(object));
    rig.put(object);
    expect(isLive(object)).toBe(true);
    rig.put(object);
    expect(isLive(object)).toBe(false);
    expect(rig.counted("FREES")).toBe(1);
    expect(rig.leaked()).toBe(0);
    expect(rig.reports()).toEqual([]);
  });

  test("a weak lookup gets a living object, and not one whose count is zero", () => {
    const rig = new Rig();
    const object = rig.create();
    expect(drive(gemGetUnlessZero(object))).toBe(true);
    expect(stateOf(object).refs).toBe(2);
    rig.world.words[object + Gem.at.refcount] = 0;
    expect(drive(gemGetUnlessZero(object))).toBe(false);
    expect(stateOf(object).refs).toBe(0);
    expect(rig.reports()).toEqual([]);
  });

  test("a plain get at zero is reported and saturates", () => {
    const rig = new Rig();
    const object = rig.create();
    rig.world.words[object + Gem.at.refcount] = 0;
    drive(gemGet(object));
    expect(rig.reports()).toEqual(["refcount-get-zero"]);
    expect(stateOf(object).refs).toBeLessThan(0);
    rig.put(object);
    expect(isLive(object)).toBe(true);
  });
});

describe("handles", () => {
  test("all handles of an object together hold one reference", () => {
    const rig = new Rig();
    const object = rig.create();
    const first = drive(handleCreate(object));
    const second = drive(handleCreate(object));
    expect([first, second]).toEqual([1, 2]);
    expect(stateOf(object)).toMatchObject({ refs: 2, handles: 2 });
    rig.put(object);
    expect(drive(handleDelete(rig.device, first))).toBe(0);
    expect(stateOf(object)).toMatchObject({ refs: 1, handles: 1 });
    expect(drive(handleDelete(rig.device, second))).toBe(0);
    expect(isLive(object)).toBe(false);
    expect(rig.reports()).toEqual([]);
  });

  test("a lookup takes a reference of its own, which outlives the handle", () => {
    const rig = new Rig();
    const object = rig.create();
    const handle = drive(handleCreate(object));
    rig.put(object);
    expect(drive(gemLookup(rig.device, handle))).toBe(object);
    expect(stateOf(object).refs).toBe(2);
    drive(handleDelete(rig.device, handle));
    expect(stateOf(object)).toMatchObject({ refs: 1, handles: 0 });
    rig.put(object);
    expect(isLive(object)).toBe(false);
  });

  test.each([0, -1, 1, 5, 100])("handle %i, which nobody has, finds nothing and closes nothing", (handle) => {
    const rig = new Rig();
    expect(drive(gemLookup(rig.device, handle))).toBe(0);
    expect(drive(handleDelete(rig.device, handle))).toBe(EINVAL);
  });

  test("a closed handle is gone, and its number is given again", () => {
    const rig = new Rig();
    const object = rig.create();
    const handle = drive(handleCreate(object));
    drive(handleDelete(rig.device, handle));
    expect(drive(handleDelete(rig.device, handle))).toBe(EINVAL);
    expect(drive(gemLookup(rig.device, handle))).toBe(0);
    expect(drive(handleCreate(object))).toBe(handle);
  });

  test("a handle that is being made or closed is not found", () => {
    const rig = new Rig();
    const slot = peek(rig.device + Device.at.handles);
    rig.world.words[slot] = -1;
    expect(drive(gemLookup(rig.device, 1))).toBe(0);
    expect(drive(handleDelete(rig.device, 1))).toBe(EINVAL);
    expect(peek(slot)).toBe(-1);
  });

  test("a full table gives ENOMEM and leaves the object as it was", () => {
    const rig = new Rig({ handles: 2 });
    const object = rig.create();
    drive(handleCreate(object));
    drive(handleCreate(object));
    expect(drive(handleCreate(object))).toBe(ENOMEM);
    expect(stateOf(object)).toMatchObject({ refs: 2, handles: 2 });
    const other = rig.create();
    expect(drive(handleCreate(other))).toBe(ENOMEM);
    expect(stateOf(other)).toMatchObject({ refs: 1, handles: 0 });
    expect(rig.reports()).toEqual([]);
  });

  test("dropping a handle that the object does not have is reported", () => {
    const rig = new Rig();
    const object = rig.create();
    const handle = drive(handleCreate(object));
    rig.world.words[object + Gem.at.handleCount] = 0;
    drive(handleDelete(rig.device, handle));
    expect(rig.reports()).toEqual(["invariant"]);
  });

  test.each(freeDesigns)("the file's release closes every handle (%s)", (design) => {
    const rig = new Rig({ design });
    for (let count = 0; count < 3; count++) {
      const object = rig.create();
      drive(handleCreate(object));
      rig.put(object);
    }
    expect(rig.leaked()).toBe(3);
    drive(gemFileRelease(rig.device));
    expect(rig.leaked()).toBe(0);
    expect(rig.counted("FREES")).toBe(3);
    expect(rig.reports()).toEqual([]);
  });
});
