import { type Addr, add, compareExchange, load, peek, type Step, store, write } from "../atomic/index.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { WaitQueue } from "../sync/wait-queue.ts";
import { report } from "../violation.ts";

/** A registered shrinker: its type (0: free slot), whose it is, and how many scans run on it. */
export const ShrinkerSlot: Layout<"type" | "owner" | "active"> = struct("shrinker_slot", {
  type: "atomic",
  owner: "plain",
  active: "atomic",
});

/**
 * All the pages of a world, with the watermarks that decide who reclaims. Counts are pages.
 * @kernel include/linux/mmzone.h: struct zone
 */
export const PagePool: Layout<
  "free" | "low" | "high" | "total" | "kswapdWait" | "kswapdStop" | "slot0" | "slot1" | "oomType" | "oomOwner"
> = struct("page_pool", {
  free: "atomic",
  /** Below this an allocation reclaims, unless it reclaims already. */
  low: "plain",
  /** kswapd reclaims until this many are free. */
  high: "plain",
  total: "plain",
  kswapdWait: WaitQueue,
  kswapdStop: "atomic",
  slot0: ShrinkerSlot,
  slot1: ShrinkerSlot,
  /** Who is asked once reclaim has failed: its type (0: nobody), and whose it is. Constant once tasks run. */
  oomType: "plain",
  oomOwner: "plain",
});

/** Shrinkers that a pool can have registered at once. */
export const SHRINKER_SLOTS = 2;

const { free: FREE, low: LOW, high: HIGH, total: TOTAL } = PagePool.at;

/** Initialises a pool of `total` free pages. `low` <= `high` <= `total`, in pages. */
export function* pagePoolInit(pool: Addr, total: number, low: number, high: number): Step<void> {
  yield* write(pool + LOW, low);
  yield* write(pool + HIGH, high);
  yield* write(pool + TOTAL, total);
  yield* store(pool + FREE, total);
}

/** Takes `pages` pages if at least `reserve` stay free; true if it did. @kernel mm/page_alloc.c: zone_watermark_ok() */
export function* takePages(pool: Addr, pages: number, reserve: number): Step<boolean> {
  let free = yield* load(pool + FREE);
  while (free - pages >= reserve) {
    const seen = yield* compareExchange(pool + FREE, free, free - pages);
    if (seen === free) return true;
    free = seen;
  }
  return false;
}

/** Gives pages back; more than there ever were is reported as `page-accounting`. @kernel mm/page_alloc.c: __free_pages() */
export function* freePages(pool: Addr, pages: number): Step<void> {
  const before = yield* add(pool + FREE, pages);
  if (before + pages > peek(pool + TOTAL)) report("page-accounting", pool, before + pages);
}

/** Pages free now. */
export function* pagesFree(pool: Addr): Step<number> {
  return yield* load(pool + FREE);
}

/** The low watermark, in pages. */
export function lowWatermark(pool: Addr): number {
  return peek(pool + LOW);
}

/** The high watermark, in pages. */
export function highWatermark(pool: Addr): number {
  return peek(pool + HIGH);
}
