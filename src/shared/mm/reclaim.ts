import { type Addr, load, peek, poke, type Step, store } from "../atomic/index.ts";
import { ENOMEM } from "../errno.ts";
import { EVENT, record } from "../recorder/index.ts";
import { countFor, STAT } from "../stats.ts";
import { mightSleep } from "../sync/might-sleep.ts";
import { finishWait, prepareToWait, sleepOn, wakeUp } from "../sync/wait-queue.ts";
import { currentBlock, TASK } from "../task.ts";
import { GFP_DIRECT_RECLAIM, GFP_KSWAPD_RECLAIM } from "./gfp.ts";
import { outOfMemory } from "./oom.ts";
import { highWatermark, lowWatermark, PagePool, pagesFree, takePages } from "./page-pool.ts";
import { shrinkSlab } from "./shrinker.ts";

const { kswapdWait: KSWAPD_WAIT, kswapdStop: KSWAPD_STOP } = PagePool.at;

/** Times that an allocation reclaims before it gives up. @kernel mm/page_alloc.c: MAX_RECLAIM_RETRIES is 16; a world's pool is small */
export const RECLAIM_RETRIES = 2;

/**
 * Allocates pages. Below the low watermark it wakes kswapd and, if `gfp` allows, reclaims right here, with
 * every lock the task holds. 0, or ENOMEM. @kernel mm/page_alloc.c: __alloc_pages_slowpath()
 */
export function* allocPages(pool: Addr, pages: number, gfp: number): Step<number> {
  const memalloc = inReclaim();
  // What fs_reclaim is touched by. @kernel mm/page_alloc.c: prepare_alloc_pages()
  if (!memalloc) record(EVENT.MIGHT_ALLOC, pool, gfp);
  if ((gfp & GFP_DIRECT_RECLAIM) !== 0) mightSleep(pool);
  if (shouldFail()) return ENOMEM;
  const reserve = memalloc ? 0 : lowWatermark(pool);
  for (let attempt = 0; ; attempt++) {
    if (yield* takePages(pool, pages, reserve)) return 0;
    if ((gfp & GFP_KSWAPD_RECLAIM) !== 0) yield* wakeUp(pool + KSWAPD_WAIT, 1);
    if ((gfp & GFP_DIRECT_RECLAIM) === 0 || memalloc || attempt > RECLAIM_RETRIES) return ENOMEM;
    if (attempt < RECLAIM_RETRIES) yield* directReclaim(pool);
    else if ((yield* outOfMemory(pool)) === 0) return ENOMEM;
  }
}

/** Makes the current task's `nth` allocation from now fail, 1 the next one. @kernel lib/fault-inject.c: /proc/self/fail-nth */
export function failNth(nth: number): void {
  poke(currentBlock() + TASK.FAIL_NTH, nth);
}

/** True if the current allocation is the one to fail. @kernel lib/fault-inject.c: should_fail() */
function shouldFail(): boolean {
  const word = currentBlock() + TASK.FAIL_NTH;
  const nth = peek(word);
  if (nth > 0) poke(word, nth - 1);
  return nth === 1;
}

/**
 * Allocates less than a page: takes none from the pool, but reclaims as any allocation does where the pool is below the
 * watermark. 0, or ENOMEM. @kernel mm/slub.c: kmalloc()
 */
export function* allocSmall(pool: Addr, gfp: number): Step<number> {
  return yield* allocPages(pool, 0, gfp);
}

/** True while the current task reclaims (PF_MEMALLOC). */
export function inReclaim(): boolean {
  return peek(currentBlock() + TASK.MEMALLOC) !== 0;
}

/** Runs the shrinkers in this task; returns pages freed. @kernel mm/page_alloc.c: __perform_reclaim() */
export function* directReclaim(pool: Addr): Step<number> {
  const flag = currentBlock() + TASK.MEMALLOC;
  record(EVENT.RECLAIM, pool, 0);
  countFor(STAT.RECLAIMS, 1);
  poke(flag, 1);
  const freed = yield* shrinkSlab(pool);
  poke(flag, 0);
  countFor(STAT.PAGES_RECLAIMED, freed);
  record(EVENT.RECLAIM_END, pool, freed);
  return freed;
}

/** Reclaims until the high watermark is reached or nothing more can be freed. @kernel mm/vmscan.c: balance_pgdat() */
export function* balancePgdat(pool: Addr): Step<number> {
  let freed = 0;
  while ((yield* pagesFree(pool)) < highWatermark(pool)) {
    const got = yield* directReclaim(pool);
    if (got === 0) break;
    freed += got;
  }
  return freed;
}

/**
 * The kswapd task: balances whenever woken, until `stopKswapd`. Where nothing can be freed it sleeps all the same, as
 * the kernel's does after too many failures. @kernel mm/vmscan.c: kswapd(), prepare_kswapd_sleep()
 */
export function* kswapd(pool: Addr): Step<void> {
  let hopeless = false;
  for (;;) {
    const ticket = yield* prepareToWait(pool + KSWAPD_WAIT);
    const stop = (yield* load(pool + KSWAPD_STOP)) !== 0;
    const idle = hopeless || (yield* pagesFree(pool)) >= lowWatermark(pool);
    if (!stop && idle) yield* sleepOn(pool + KSWAPD_WAIT, ticket);
    yield* finishWait(pool + KSWAPD_WAIT);
    if (stop) return;
    hopeless = (yield* balancePgdat(pool)) === 0;
  }
}

/** Ends the kswapd task. @kernel mm/vmscan.c: kswapd_stop() */
export function* stopKswapd(pool: Addr): Step<void> {
  yield* store(pool + KSWAPD_STOP, 1);
  yield* wakeUp(pool + KSWAPD_WAIT, 1);
}
