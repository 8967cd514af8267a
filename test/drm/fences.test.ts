import { describe, expect, test } from "vitest";
import { type Addr, peek, WorldAbandoned } from "#shared/atomic/index";
import { Device } from "#shared/drm/device";
import {
  DmaFence,
  dmaFenceCreate,
  dmaFenceGet,
  dmaFenceIsSignaled,
  dmaFencePut,
  dmaFenceSignal,
  dmaFenceWait,
} from "#shared/drm/dma-fence";
import {
  dmaResvAddFence,
  dmaResvIsHeld,
  dmaResvLock,
  dmaResvReserveFences,
  dmaResvTestSignaled,
  dmaResvTrylock,
  dmaResvUnlock,
  RESV_FENCES,
} from "#shared/drm/dma-resv";
import { resvOf } from "#shared/drm/gem-object";
import { lockReservations, unlockReservations } from "#shared/drm/submit";
import { EALREADY, EBUSY, EINTR, ENOMEM } from "#shared/errno";
import { allocate, allocateWords, isLive } from "#shared/memory/object";
import { WwContext } from "#shared/sync/ww-context";
import { drive } from "../support/arena.ts";
import { randomScheduler } from "../support/scheduler.ts";
import { runSteps } from "../support/stepper.ts";
import { faultsOf, Rig, stateOf } from "./rig.ts";

const refsOf = (fence: Addr): number => peek(fence + DmaFence.at.refcount);

describe("a fence", () => {
  test("dies with its last reference", () => {
    const rig = new Rig();
    const fence = drive(dmaFenceCreate(rig.world.heap));
    drive(dmaFenceGet(fence));
    drive(dmaFencePut(fence));
    expect(isLive(fence)).toBe(true);
    drive(dmaFencePut(fence));
    expect(isLive(fence)).toBe(false);
  });

  test("once signaled nobody waits for it", () => {
    const rig = new Rig();
    const fence = drive(dmaFenceCreate(rig.world.heap));
    expect(drive(dmaFenceIsSignaled(fence))).toBe(false);
    drive(dmaFenceSignal(fence));
    expect(drive(dmaFenceIsSignaled(fence))).toBe(true);
    drive(dmaFenceWait(fence));
  });

  test.each([1, 2, 3, 4, 5])("wakes everybody who waits, in every order (seed %i)", (seed) => {
    for (let turn = 0; turn < 40; turn++) {
      const { world } = new Rig({}, 4);
      const fence = drive(dmaFenceCreate(world.heap));
      const tasks = [dmaFenceWait(fence), dmaFenceWait(fence), dmaFenceWait(fence), dmaFenceSignal(fence)];
      const outcome = runSteps(world, tasks, randomScheduler(seed * 1000 + turn));
      expect(outcome.end, outcome.report).toBe("finished");
    }
  });
});

describe("a reservation", () => {
  test("knows who holds it, and cannot be tried while it is held, not even by the holder", () => {
    const rig = new Rig();
    const resv = drive(resvOf(rig.create()));
    expect(drive(dmaResvTrylock(resv))).toBe(true);
    expect(drive(dmaResvTrylock(resv))).toBe(false);
    expect(drive(dmaResvIsHeld(resv))).toBe(true);
    expect(rig.as(1, () => drive(dmaResvIsHeld(resv)))).toBe(false);
    expect(rig.as(1, () => drive(dmaResvTrylock(resv)))).toBe(false);
    drive(dmaResvUnlock(resv));
    expect(drive(dmaResvIsHeld(resv))).toBe(false);
    expect(rig.counted("TRYLOCK_FAILED")).toBe(1);
    expect(rig.counted("TRYLOCK_FAILED", 1)).toBe(1);
  });

  test("holds references to its fences until they are signaled and room is needed", () => {
    const rig = new Rig();
    const object = rig.create();
    const resv = drive(resvOf(object));
    const fences = Array.from({ length: RESV_FENCES }, () => drive(dmaFenceCreate(rig.world.heap)));
    drive(dmaResvLock(resv, 0));
    for (const fence of fences) {
      expect(drive(dmaResvReserveFences(resv, rig.pool, 1))).toBe(0);
      drive(dmaResvAddFence(resv, fence));
      expect(refsOf(fence)).toBe(2);
    }
    expect(drive(dmaResvReserveFences(resv, rig.pool, 1))).toBe(EBUSY);
    expect(drive(dmaResvTestSignaled(resv))).toBe(false);
    drive(dmaFenceSignal(fences[1] ?? 0));
    expect(drive(dmaResvReserveFences(resv, rig.pool, 1))).toBe(0);
    expect(fences.map(refsOf)).toEqual([2, 1, 2]);
    expect(stateOf(object).fences).toBe(2);
    for (const fence of fences) drive(dmaFenceSignal(fence));
    expect(drive(dmaResvTestSignaled(resv))).toBe(true);
    drive(dmaResvUnlock(resv));
    rig.put(object);
    expect(fences.map(refsOf)).toEqual([1, 1, 1]);
    expect(faultsOf(rig, [])).toEqual([]);
  });

  test("promises no room without memory", () => {
    const rig = new Rig({ pages: 0 });
    const object = rig.create();
    expect(rig.locked(object, () => dmaResvReserveFences(drive(resvOf(object)), rig.pool, 1))).toBe(ENOMEM);
  });

  test("a fence too many is reported, and overwrites nothing", () => {
    const rig = new Rig();
    const object = rig.create();
    const fence = drive(dmaFenceCreate(rig.world.heap));
    rig.locked(object, function* () {
      for (let count = 0; count < RESV_FENCES; count++) yield* dmaResvAddFence(drive(resvOf(object)), fence);
    });
    expect(() => drive(dmaResvAddFence(drive(resvOf(object)), fence))).toThrow(WorldAbandoned);
    expect(rig.reports()).toEqual(["invariant"]);
    expect(refsOf(fence)).toBe(1 + RESV_FENCES);
  });

  test("a dying object drops its fences", () => {
    const rig = new Rig();
    const object = rig.create();
    const fence = drive(dmaFenceCreate(rig.world.heap));
    rig.locked(object, () => dmaResvAddFence(drive(resvOf(object)), fence));
    drive(dmaFencePut(fence));
    rig.put(object);
    expect(isLive(fence)).toBe(false);
    expect(rig.leaked()).toBe(0);
  });
});

describe("the reservations of a job", () => {
  function job(count: number, tasks = 2) {
    const rig = new Rig({}, tasks);
    const objects = Array.from({ length: count }, () => rig.create());
    const table = drive(allocateWords(rig.world.heap, 0, count + 1));
    const resvs = objects.map((object) => drive(resvOf(object)));
    rig.world.words.set(resvs, table);
    const ctx = drive(allocate(rig.world.heap, WwContext));
    const wwClass = rig.device + Device.at.resvClass;
    const held = (): boolean[] => resvs.map((resv) => drive(dmaResvIsHeld(resv)));
    return { rig, objects, table, ctx, wwClass, held, resvs };
  }

  test("are locked together and unlocked together", () => {
    const { rig, table, ctx, wwClass, held } = job(3);
    expect(drive(lockReservations(table, 3, ctx, wwClass))).toBe(0);
    expect(held()).toEqual([true, true, true]);
    drive(unlockReservations(table, 3, ctx));
    expect(held()).toEqual([false, false, false]);
    expect(rig.reports()).toEqual([]);
  });

  test("the same object twice: EALREADY, and nothing is held", () => {
    const { rig, table, ctx, wwClass, held, resvs } = job(2);
    rig.world.words[table + 2] = resvs[0] ?? 0;
    expect(drive(lockReservations(table, 3, ctx, wwClass))).toBe(EALREADY);
    expect(held()).toEqual([false, false]);
    expect(drive(lockReservations(table, 2, ctx, wwClass))).toBe(0);
    expect(rig.reports()).toEqual([]);
  });

  test("a signal while waiting: EINTR, and nothing is held", () => {
    const { rig, objects, table, ctx, wwClass, held } = job(2);
    rig.lockedByAnother(objects[1] ?? 0);
    rig.signal(true);
    expect(drive(lockReservations(table, 2, ctx, wwClass))).toBe(EINTR);
    expect(held()).toEqual([false, false]);
    expect(rig.reports()).toEqual([]);
  });

  test.each(["wound-wait", "wait-die"] as const)("jobs in opposite orders both finish (%s)", (algorithm) => {
    let backoffs = 0;
    for (let seed = 0; seed < 100; seed++) {
      const rig = new Rig({ algorithm });
      const resvs = [rig.create(), rig.create()].map((object) => drive(resvOf(object)));
      const tables = [resvs, [...resvs].reverse()].map((order) => {
        const table = drive(allocateWords(rig.world.heap, 0, 2));
        rig.world.words.set(order, table);
        return table;
      });
      const tasks = tables.map(function* (table) {
        const ctx = yield* allocate(rig.world.heap, WwContext);
        const error = yield* lockReservations(table, 2, ctx, rig.device + Device.at.resvClass);
        if (error === 0) yield* unlockReservations(table, 2, ctx);
        return error;
      });
      const outcome = runSteps(rig.world, tasks, randomScheduler(seed));
      expect(outcome.results, outcome.report).toEqual([0, 0]);
      expect(rig.reports()).toEqual([]);
      backoffs += rig.counted("BACKOFFS") + rig.counted("BACKOFFS", 1);
    }
    expect(backoffs).toBeGreaterThan(0);
  });
});
