import { expect, test } from "vitest";
import { type Addr, poke } from "#shared/atomic/index";
import { Device } from "#shared/drm/device";
import { dmaResvLock } from "#shared/drm/dma-resv";
import { gemPut } from "#shared/drm/gem";
import { Gem, resvOf, Shmem } from "#shared/drm/gem-object";
import { gemUnlock } from "#shared/drm/gem-unlock";
import { shmemGetSgt } from "#shared/drm/shmem-map";
import { shmemPin } from "#shared/drm/shmem-pages";
import { scanOnce } from "#shared/drm/shmem-shrinker";
import { Lru, LruNode } from "#shared/sync/lru";
import { mutexLock } from "#shared/sync/mutex";
import { drive } from "../support/arena.ts";
import { Rig } from "./rig.ts";

// Each check of drm/checks.ts is made to fire by one wrong word, and is silent without it.

/** Locks and unlocks the object, as a path does at its end. */
function passThrough(object: Addr): void {
  const resv = drive(resvOf(object));
  drive(dmaResvLock(resv, 0));
  drive(gemUnlock(object, resv));
}

const wrong: Readonly<Record<string, (object: Addr) => void>> = {
  "pages without a use": (object) => poke(object + Shmem.at.pagesUseCount, 0),
  "a use without pages": (object) => poke(object + Shmem.at.pages, 0),
  "a pin without a use": (object) => {
    poke(object + Shmem.at.pages, 0);
    poke(object + Shmem.at.pagesUseCount, 0);
  },
  "a kernel mapping without a pin": (object) => {
    poke(object + Shmem.at.pagesPinCount, 0);
    poke(object + Shmem.at.vmapUseCount, 1);
  },
};

test.each(Object.entries(wrong))("%s is reported at the unlock", (_what, spoil) => {
  const rig = new Rig();
  const object = rig.create();
  drive(shmemGetSgt(object));
  drive(shmemPin(object));
  passThrough(object);
  expect(rig.reports()).toEqual([]);
  spoil(object);
  passThrough(object);
  expect(rig.reports()).toEqual(["invariant"]);
});

const torn: Readonly<Record<string, (rig: Rig, object: Addr) => void>> = {
  "pages that are not its members'": (rig) => poke(rig.list("evictable") + Lru.at.pages, 7),
  "a member that names another list": (rig, object) =>
    poke(object + Gem.at.node + LruNode.at.lru, rig.list("pinned")),
};

test.each(Object.entries(torn))("a list with %s is reported at the end of a walk", (_what, tear) => {
  const rig = new Rig();
  const object = rig.create();
  drive(shmemGetSgt(object));
  drive(scanOnce(rig.device, 0));
  expect(rig.reports()).toEqual([]);
  tear(rig, object);
  drive(scanOnce(rig.device, 0));
  expect(rig.reports()).toEqual(["list-corruption"]);
});

test("a last put under the object's own lock is counted, one behind the unlock is not", () => {
  const rig = new Rig({ design: "helper" });
  const [under, behind] = [rig.create(), rig.create()];
  passThrough(behind);
  rig.put(behind);
  expect(rig.counted("PUTS_UNDER_LOCK")).toBe(0);
  drive(dmaResvLock(drive(resvOf(under)), 0));
  drive(gemPut(under));
  expect(rig.counted("PUTS_UNDER_LOCK")).toBe(1);
});

test("a last put under the lock of the list is counted", () => {
  const rig = new Rig({ design: "helper" });
  const object = rig.create();
  drive(mutexLock(rig.device + Device.at.lruLock));
  // The free then waits for that lock for ever: only its first steps are taken.
  const steps = gemPut(object);
  for (let step = 0; step < 20; step++) steps.next();
  expect(rig.counted("PUTS_UNDER_LOCK")).toBe(1);
});
