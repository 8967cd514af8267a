import { expect, test } from "vitest";
import { peek } from "#shared/atomic/index";
import { Device } from "#shared/drm/device";
import { DrmExec, drmExecFini, drmExecInit, drmExecLockObj } from "#shared/drm/exec";
import { EALREADY, ENOMEM } from "#shared/errno";
import { allocate, allocateWords, isLive } from "#shared/memory/object";
import { failNth } from "#shared/mm/reclaim";
import { drive } from "../support/arena.ts";
import { Rig, stateOf } from "./rig.ts";

function begun(rig: Rig): number {
  const heap = peek(rig.device + Device.at.heap);
  const exec = drive(allocate(heap, DrmExec));
  drive(drmExecInit(exec, drive(allocateWords(heap, 0, 4)), rig.device + Device.at.resvClass));
  return exec;
}

test("a locked object has a reference more, until the end; a second time it is EALREADY", () => {
  const rig = new Rig();
  const exec = begun(rig);
  const object = rig.create();
  expect(drive(drmExecLockObj(exec, rig.pool, object))).toBe(0);
  expect(drive(drmExecLockObj(exec, rig.pool, object))).toBe(EALREADY);
  expect(stateOf(object).refs).toBe(2);
  drive(drmExecFini(exec));
  expect(stateOf(object).refs).toBe(1);
  expect(rig.reports()).toEqual([]);
});

test("where the table cannot grow the object is not locked, and the rest is given back at the end", () => {
  const rig = new Rig();
  const exec = begun(rig);
  const [first, second] = [rig.create(), rig.create()];
  expect(drive(drmExecLockObj(exec, rig.pool, first))).toBe(0);
  failNth(1);
  expect(drive(drmExecLockObj(exec, rig.pool, second))).toBe(ENOMEM);
  expect(stateOf(second).refs).toBe(1);
  drive(drmExecFini(exec));
  for (const object of [first, second]) rig.put(object);
  expect([first, second].map(isLive)).toEqual([false, false]);
  expect(rig.reports()).toEqual([]);
});

test("an object whose last reference the exec has is freed at its end", () => {
  const rig = new Rig({ design: "helper" });
  const exec = begun(rig);
  const object = rig.create();
  drive(drmExecLockObj(exec, rig.pool, object));
  rig.put(object);
  expect(isLive(object)).toBe(true);
  drive(drmExecFini(exec));
  expect(isLive(object)).toBe(false);
});
