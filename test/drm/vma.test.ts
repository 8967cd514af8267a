import { describe, expect, test } from "vitest";
import { shmemMadvise, shmemPurgeLocked } from "#shared/drm/shmem-madvise";
import { shmemGetSgt } from "#shared/drm/shmem-map";
import {
  createMmapOffset,
  gemMmap,
  lookupAtOffset,
  shmemFault,
  shmemVmClose,
  shmemVmOpen,
} from "#shared/drm/vma";
import { EFAULT, EINVAL, ENOMEM } from "#shared/errno";
import { isLive } from "#shared/memory/object";
import { failNth } from "#shared/mm/reclaim";
import { drive } from "../support/arena.ts";
import { Rig, stateOf } from "./rig.ts";

function mappable(): { rig: Rig; object: number } {
  const rig = new Rig();
  const object = rig.create();
  drive(createMmapOffset(object));
  return { rig, object };
}

describe("mmap", () => {
  test("owns a reference and a pages use; the last close frees the object", () => {
    const { rig, object } = mappable();
    expect(drive(gemMmap(rig.device))).toBe(object);
    expect(stateOf(object)).toMatchObject({ refs: 2, uses: 1 });
    rig.put(object);
    drive(shmemVmClose(object));
    expect(isLive(object)).toBe(false);
    expect(rig.leaked()).toBe(0);
    expect(rig.reports()).toEqual([]);
  });

  test("fails with EINVAL where nothing has the offset, and where what had it is gone", () => {
    const { rig, object } = mappable();
    rig.put(object);
    expect(drive(gemMmap(rig.device))).toBe(EINVAL);
    expect(drive(gemMmap(new Rig().device))).toBe(EINVAL);
    expect(rig.reports()).toEqual([]);
  });

  test("fails with ENOMEM where the pages cannot be had, and leaves the references as they were", () => {
    const { rig, object } = mappable();
    failNth(1);
    expect(drive(gemMmap(rig.device))).toBe(ENOMEM);
    expect(stateOf(object)).toMatchObject({ refs: 1, uses: 0 });
    rig.put(object);
    expect(rig.reports()).toEqual([]);
  });

  test("a lookup takes one reference", () => {
    const { rig, object } = mappable();
    expect(drive(lookupAtOffset(rig.device))).toBe(object);
    expect(stateOf(object).refs).toBe(2);
  });
});

test("a fork adds a reference and a pages use, and says so where there are no pages to add to", () => {
  const { rig, object } = mappable();
  drive(gemMmap(rig.device));
  drive(shmemVmOpen(object));
  expect(stateOf(object)).toMatchObject({ refs: 3, uses: 2 });
  expect(rig.reports()).toEqual([]);
  const other = rig.create();
  drive(shmemVmOpen(other));
  expect(rig.reports()).toContain("invariant");
});

test("a fault finds a page, and EFAULT behind the end, without pages, and after a purge", () => {
  const { rig, object } = mappable();
  expect(drive(shmemFault(object, 0))).toBe(EFAULT);
  drive(shmemGetSgt(object));
  expect(drive(shmemFault(object, 0))).toBe(0);
  expect(drive(shmemFault(object, stateOf(object).count))).toBe(EFAULT);
  drive(shmemMadvise(object, 1));
  rig.locked(object, shmemPurgeLocked);
  expect(drive(shmemFault(object, 0))).toBe(EFAULT);
  expect(rig.reports()).toEqual([]);
});
