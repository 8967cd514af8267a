import { describe, expect, test } from "vitest";
import { type Addr, peek, type Step } from "#shared/atomic/index";
import { ENOMEM } from "#shared/errno";
import { allocate } from "#shared/memory/object";
import { GFP_NOWAIT } from "#shared/mm/gfp";
import { freePages, PagePool, pagePoolInit, SHRINKER_SLOTS, ShrinkerSlot } from "#shared/mm/page-pool";
import { allocPages, balancePgdat, kswapd, stopKswapd } from "#shared/mm/reclaim";
import {
  defineShrinker,
  registerShrinker,
  SHRINK_STOP,
  shrinkSlab,
  unregisterShrinker,
} from "#shared/mm/shrinker";
import { drive, World } from "../support/arena.ts";
import { randomScheduler } from "../support/scheduler.ts";
import { runSteps } from "../support/stepper.ts";

const TYPE = 92;
/** Pages that an owner's shrinker has, by owner, and the scans that were on an owner after it had gone. */
let pagesOf = new Map<Addr, number>();
let gone = new Set<Addr>();
let late = 0;

defineShrinker(TYPE, {
  *count(owner) {
    return pagesOf.get(owner) ?? 0;
  },
  *scan(owner, wanted) {
    if (gone.has(owner)) late++;
    const freed = Math.min(wanted, pagesOf.get(owner) ?? 0, 1);
    pagesOf.set(owner, (pagesOf.get(owner) ?? 0) - freed);
    yield* freePages(pool, freed);
    if (gone.has(owner)) late++;
    return freed === 0 ? SHRINK_STOP : freed;
  },
});

let pool: Addr = 0;

function makePool(
  tasks: number,
  options: { total?: number; low?: number; high?: number; free?: number } = {},
): World {
  const { total = 100, low = 0, high = 0 } = options;
  const world = new World(tasks, 1 << 10);
  pool = drive(allocate(world.heap, PagePool));
  drive(pagePoolInit(pool, total, low, high));
  world.words[pool + PagePool.at.free] = options.free ?? total;
  pagesOf = new Map();
  gone = new Set();
  late = 0;
  return world;
}

const slots = (): number[][] =>
  Array.from({ length: SHRINKER_SLOTS }, (_, index) => {
    const slot = pool + PagePool.at.slot0 + index * ShrinkerSlot.size;
    return [peek(slot + ShrinkerSlot.at.type), peek(slot + ShrinkerSlot.at.owner)];
  });

/** Tries many schedules; each has to end, and to be flawless. */
function everyWay(prepare: () => { world: World; tasks: Step<unknown>[] }, look: () => void): void {
  for (let seed = 0; seed < 200; seed++) {
    const { world, tasks } = prepare();
    const outcome = runSteps(world, tasks, randomScheduler(seed), { maxSteps: 3000 });
    expect(outcome.end, `seed ${seed}: ${outcome.report}`).toBe("finished");
    expect(world.violations()).toEqual([]);
    look();
  }
}

describe("registering", () => {
  test("takes a free slot each, and gives ENOMEM when there is none", () => {
    makePool(1);
    expect(drive(registerShrinker(pool, TYPE, 1001))).toBe(0);
    expect(drive(registerShrinker(pool, TYPE, 1002))).toBe(0);
    expect(drive(registerShrinker(pool, TYPE, 1003))).toBe(ENOMEM);
    drive(unregisterShrinker(pool, 1001));
    expect(drive(registerShrinker(pool, TYPE, 1003))).toBe(0);
    expect(slots()).toEqual([
      [TYPE, 1003],
      [TYPE, 1002],
    ]);
  });

  test("two at once get a slot each, under their own names", () => {
    everyWay(
      () => ({
        world: makePool(2),
        tasks: [registerShrinker(pool, TYPE, 1001), registerShrinker(pool, TYPE, 1002)],
      }),
      () =>
        expect(slots().sort()).toEqual([
          [TYPE, 1001],
          [TYPE, 1002],
        ]),
    );
  });

  test("every shrinker is asked once", () => {
    makePool(1, { free: 0 });
    drive(registerShrinker(pool, TYPE, 1001));
    drive(registerShrinker(pool, TYPE, 1002));
    pagesOf.set(1001, 3).set(1002, 2);
    expect(drive(shrinkSlab(pool))).toBe(2);
    expect([...pagesOf.values()]).toEqual([2, 1]);
  });
});

describe("unregistering", () => {
  test("waits for the scans that run, and none begins afterwards", () => {
    function* leave(owner: Addr): Step<void> {
      yield* unregisterShrinker(pool, owner);
      gone.add(owner);
    }
    everyWay(
      () => {
        const world = makePool(3, { free: 0 });
        drive(registerShrinker(pool, TYPE, 1001));
        pagesOf.set(1001, 3);
        return { world, tasks: [shrinkSlab(pool), leave(1001), shrinkSlab(pool)] };
      },
      () => {
        expect(late).toBe(0);
        expect(slots()[0]?.[0]).toBe(0);
      },
    );
  });
});

describe("kswapd", () => {
  test("reclaims up to the high watermark, or until nothing more can be freed", () => {
    makePool(1, { total: 20, low: 4, high: 8, free: 0 });
    drive(registerShrinker(pool, TYPE, 1001));
    pagesOf.set(1001, 100);
    drive(balancePgdat(pool));
    expect(peek(pool + PagePool.at.free)).toBe(8);
    pagesOf.set(1001, 1);
    drive(allocPages(pool, 4, GFP_NOWAIT));
    expect(drive(balancePgdat(pool))).toBe(1);
  });

  test("wakes when an allocation fails, balances, and ends when told to", () => {
    function* allocator(): Step<number> {
      const error = yield* allocPages(pool, 3, GFP_NOWAIT);
      yield* stopKswapd(pool);
      return error;
    }
    everyWay(
      () => {
        const world = makePool(2, { total: 20, low: 4, high: 8, free: 5 });
        drive(registerShrinker(pool, TYPE, 1001));
        pagesOf.set(1001, 100);
        return { world, tasks: [kswapd(pool), allocator()] };
      },
      () => {},
    );
  });

  // It used to try again and again, without a turn for anybody else.
  test("sleeps when there is nothing that it could free", () => {
    everyWay(
      () => ({
        world: makePool(2, { total: 20, low: 4, high: 8, free: 0 }),
        tasks: [kswapd(pool), stopKswapd(pool)],
      }),
      () => {},
    );
    const world = makePool(1, { total: 20, low: 4, high: 8, free: 0 });
    const outcome = runSteps(world, [kswapd(pool)], randomScheduler(1), { maxSteps: 3000 });
    expect(outcome.end).toBe("deadlock");
  });

  test("ends at once when told before it sleeps", () => {
    makePool(1);
    drive(stopKswapd(pool));
    drive(kswapd(pool));
  });
});
