import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Addr, peek } from "#shared/atomic/index";
import { ENOMEM } from "#shared/errno";
import { allocate } from "#shared/memory/object";
import { GFP_DIRECT_RECLAIM, GFP_KERNEL, GFP_NOWAIT } from "#shared/mm/gfp";
import { freePages, PagePool, pagePoolInit, pagesFree, takePages } from "#shared/mm/page-pool";
import { allocPages, directReclaim, inReclaim, RECLAIM_RETRIES } from "#shared/mm/reclaim";
import { defineShrinker, registerShrinker, SHRINK_BATCH, SHRINK_STOP } from "#shared/mm/shrinker";
import { STAT, STAT_WORDS } from "#shared/stats";
import { setCurrentTask } from "#shared/task";
import { drive, PLACES, World } from "../support/arena.ts";

/** A shrinker that has pages to give, and notes how it was asked. */
const supply = {
  pages: 0,
  scans: [] as number[],
  inside: [] as boolean[],
  step: Number.MAX_SAFE_INTEGER,
  nested: false,
  results: [] as number[],
};
const TYPE = 91;

defineShrinker(TYPE, {
  *count() {
    return supply.pages;
  },
  *scan(pool, wanted) {
    supply.scans.push(wanted);
    supply.inside.push(inReclaim());
    const freed = Math.min(wanted, supply.pages, supply.step);
    if (freed === 0) return SHRINK_STOP;
    supply.pages -= freed;
    yield* freePages(pool, freed);
    // Memory that reclaim itself asks for: it does not reclaim again, and may use the reserve.
    if (supply.nested) supply.results.push(yield* allocPages(pool, freed, GFP_KERNEL));
    return freed;
  },
});

/** A pool with `free` of its pages free, and a shrinker that has `hidden` more. */
function makePool(
  total: number,
  low: number,
  high: number,
  { free = total, hidden = 0, register = true } = {},
) {
  const world = new World(2, 1 << 10);
  const pool: Addr = drive(allocate(world.heap, PagePool));
  drive(pagePoolInit(pool, total, low, high));
  world.words[pool + PagePool.at.free] = free;
  Object.assign(supply, {
    pages: hidden,
    scans: [],
    inside: [],
    step: Number.MAX_SAFE_INTEGER,
    nested: false,
    results: [],
  });
  if (register) drive(registerShrinker(pool, TYPE, pool));
  const reports = (): string[] => world.violations().map(({ kind }) => kind);
  const counted = (stat: keyof typeof STAT): number => peek(PLACES.stats + STAT[stat]);
  return { world, pool, reports, counted, free: () => peek(pool + PagePool.at.free) };
}

describe("a page pool", () => {
  test("gives pages while the reserve stays, and takes them back", () => {
    const { pool, free, reports } = makePool(8, 2, 4);
    expect(drive(takePages(pool, 6, 2))).toBe(true);
    expect(drive(takePages(pool, 1, 2))).toBe(false);
    expect(drive(takePages(pool, 2, 0))).toBe(true);
    expect(drive(takePages(pool, 1, 0))).toBe(false);
    expect(free()).toBe(0);
    drive(freePages(pool, 8));
    expect(drive(pagesFree(pool))).toBe(8);
    expect(reports()).toEqual([]);
  });

  test("more pages than there ever were are reported", () => {
    const { pool, reports } = makePool(8, 0, 0);
    drive(freePages(pool, 1));
    expect(reports()).toEqual(["page-accounting"]);
  });
});

describe("an allocation", () => {
  test("above the watermark reclaims nothing", () => {
    const { pool, counted } = makePool(8, 2, 4, { hidden: 0 });
    expect(drive(allocPages(pool, 6, GFP_KERNEL))).toBe(0);
    expect(counted("RECLAIMS")).toBe(0);
  });

  test("below it reclaims in the allocating task, and then gets its pages", () => {
    const { pool, counted, free } = makePool(8, 2, 4, { free: 2, hidden: 6 });
    expect(drive(allocPages(pool, 2, GFP_KERNEL))).toBe(0);
    expect(counted("RECLAIMS")).toBe(1);
    expect(counted("PAGES_RECLAIMED")).toBe(6);
    expect(supply.inside).toEqual([true]);
    expect(inReclaim()).toBe(false);
    expect(free()).toBe(6);
  });

  test("that finds nothing to reclaim gives up after a few tries", () => {
    const { pool, counted, free } = makePool(8, 2, 4, { free: 3 });
    expect(drive(allocPages(pool, 2, GFP_KERNEL))).toBe(ENOMEM);
    expect(counted("RECLAIMS")).toBe(RECLAIM_RETRIES);
    expect(free()).toBe(3);
  });

  test.each([
    ["NOWAIT", GFP_NOWAIT],
    ["no reclaim at all", 0],
  ])("that may not sleep (%s) fails below the watermark at once", (_name, gfp) => {
    const { pool, counted } = makePool(8, 2, 4, { free: 2, hidden: 6 });
    expect(drive(allocPages(pool, 1, gfp))).toBe(ENOMEM);
    expect(counted("RECLAIMS")).toBe(0);
    expect(drive(allocPages(pool, 1, gfp | GFP_DIRECT_RECLAIM))).toBe(0);
  });

  test("inside reclaim takes from the reserve, and does not reclaim again", () => {
    const { pool, counted } = makePool(4, 3, 4, { free: 0, hidden: 4 });
    supply.nested = true;
    expect(drive(directReclaim(pool))).toBe(4);
    expect(supply.results).toEqual([0]);
    expect(counted("RECLAIMS")).toBe(1);
    expect(supply.inside).toEqual([true]);
  });

  test("of another task is not inside this one's reclaim", () => {
    const { pool } = makePool(8, 0, 0, { hidden: 4, free: 4 });
    const path = directReclaim(pool);
    path.next();
    expect(inReclaim()).toBe(true);
    setCurrentTask(1);
    expect(inReclaim()).toBe(false);
    setCurrentTask(0);
    drive(path);
    expect(inReclaim()).toBe(false);
  });
});

describe("reclaim", () => {
  test("asks in batches until it has what was counted", () => {
    const { pool } = makePool(1000, 0, 0, { free: 0, hidden: 300 });
    expect(drive(directReclaim(pool))).toBe(300);
    expect(supply.scans).toEqual([SHRINK_BATCH, SHRINK_BATCH, 300 - 2 * SHRINK_BATCH]);
  });

  test("ends a shrinker that says STOP", () => {
    const { pool } = makePool(1000, 0, 0, { free: 0, hidden: 300 });
    supply.step = 0;
    expect(drive(directReclaim(pool))).toBe(0);
    expect(supply.scans).toHaveLength(1);
  });

  test("without a shrinker frees nothing", () => {
    const { pool } = makePool(8, 2, 4, { hidden: 8, free: 0, register: false });
    expect(drive(directReclaim(pool))).toBe(0);
    expect(supply.scans).toEqual([]);
  });
});

test("whatever is taken and given back, pages add up and the reserve is respected", () => {
  const operations = fc.array(
    fc.record({ take: fc.boolean(), pages: fc.integer({ min: 1, max: 5 }), reserve: fc.nat({ max: 3 }) }),
  );
  fc.assert(
    fc.property(operations, fc.nat({ max: 12 }), (list, total) => {
      const { pool, free, reports } = makePool(total, 0, 0);
      let held = 0;
      for (const { take, pages, reserve } of list) {
        if (take) {
          const before = free();
          const taken = drive(takePages(pool, pages, reserve));
          expect(taken).toBe(before - pages >= reserve);
          if (taken) held += pages;
        } else if (held >= pages) {
          drive(freePages(pool, pages));
          held -= pages;
        }
        expect(free() + held).toBe(total);
      }
      expect(reports()).toEqual([]);
    }),
  );
  expect(STAT_WORDS).toBeGreaterThan(Math.max(...Object.values(STAT)));
});
