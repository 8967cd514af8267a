import { expect, test } from "vitest";
import type { Addr, Step } from "#shared/atomic/index";
import { shmemGetSgt } from "#shared/drm/shmem-map";
import { ENOMEM } from "#shared/errno";
import { GFP_KERNEL, GFP_NOWAIT } from "#shared/mm/gfp";
import { defineOomNotifier, outOfMemory, registerOomNotifier } from "#shared/mm/oom";
import { freePages } from "#shared/mm/page-pool";
import { allocPages } from "#shared/mm/reclaim";
import { Rig } from "../drm/rig.ts";
import { drive } from "../support/arena.ts";

const TYPE = 41;

/** Gives two pages back to the pool that it is registered for. */
function* givesTwo(owner: Addr): Step<number> {
  yield* freePages(owner, 2);
  return 2;
}
defineOomNotifier(TYPE, { notify: givesTwo });

test("nobody is asked where nobody is registered", () => {
  const rig = new Rig({ pages: 2 });
  expect(drive(outOfMemory(rig.pool))).toBe(0);
  expect(drive(allocPages(rig.pool, 3, GFP_KERNEL))).toBe(ENOMEM);
});

test("an allocation that reclaim could not serve asks, and goes on with what it got", () => {
  const rig = new Rig({ pages: 4 });
  drive(shmemGetSgt(rig.create()));
  expect(drive(allocPages(rig.pool, rig.free(), GFP_KERNEL))).toBe(0);
  drive(registerOomNotifier(rig.pool, TYPE, rig.pool));
  expect(drive(allocPages(rig.pool, 2, GFP_KERNEL))).toBe(0);
});

test("one that may not sleep asks nobody", () => {
  const rig = new Rig({ pages: 4 });
  expect(drive(allocPages(rig.pool, 4, GFP_KERNEL))).toBe(0);
  drive(registerOomNotifier(rig.pool, TYPE, rig.pool));
  expect(drive(allocPages(rig.pool, 2, GFP_NOWAIT))).toBe(ENOMEM);
  expect(rig.free()).toBe(0);
});
