import type { Addr, Step } from "#shared/atomic/index";
import { DESIGN } from "#shared/drm/designs";
import { Device, designOf, deviceCreate } from "#shared/drm/device";
import { dmaResvInit } from "#shared/drm/dma-resv";
import { Gem, shmemCreate } from "#shared/drm/gem-object";
import { primeExport, primeImport, primePut } from "#shared/drm/prime";
import { lruAddTail } from "#shared/sync/lru";
import { checkAllFreed } from "../shmem/world.ts";
import { deviceOfWorld, handOut } from "./world.ts";

// Worlds in which X is an import: another device's object Y is behind it, and Y's lock is X's.

/** Words of such a world. */
export const IMPORT_WORLD = 700;

/** Makes Y on a device of its own, and X of the world's device out of it, whose lock is Y's. Returns Y, with a reference of the caller's. */
export function* makeImport(root: Addr, heap: Addr): Step<Addr> {
  const exporter = yield* deviceCreate(heap, {
    design: "lock",
    mutant: "none",
    algorithm: "wait-die",
    pages: 2,
    low: 0,
    high: 0,
    handles: 1,
  });
  const exported = yield* shmemCreate(exporter, 1);
  // All reservations of a machine are of one class.
  yield* dmaResvInit(exported + Gem.at.ownResv, deviceOfWorld(root) + Device.at.resvClass);
  const buffer = yield* primeExport(exported);
  const object = yield* primeImport(deviceOfWorld(root), buffer);
  yield* primePut(buffer);
  yield* handOut(root, object, 1);
  return exported;
}

/** Puts X where the walker of the device's design looks, which no driver does with an import. */
export function* putOnList(root: Addr, object: Addr): Step<void> {
  const device = deviceOfWorld(root);
  const list = designOf(device) === DESIGN.LIST_LOCK ? Device.at.madvList : Device.at.evictable;
  yield* lruAddTail(device + list, object + Gem.at.node, 1);
}

/** Nothing is left of X, nor of Y. `more` objects of the scenario's own stay. */
export function* checkImportFreed(root: Addr, heap: Addr, more: number): Step<void> {
  // Root, two devices and their handle tables.
  yield* checkAllFreed(deviceOfWorld(root), heap, 5 + more);
}
