import {
  type Addr,
  add,
  compareExchange,
  cpuRelax,
  load,
  peek,
  type Step,
  store,
  write,
} from "../atomic/index.ts";
import { ENOMEM } from "../errno.ts";
import { PagePool, SHRINKER_SLOTS, ShrinkerSlot } from "./page-pool.ts";

/** What a scan returns when it cannot get on. @kernel include/linux/shrinker.h: SHRINK_STOP */
export const SHRINK_STOP = -1;

/** A kind of shrinker: what it could free now, and the freeing itself. Both in pages. @kernel include/linux/shrinker.h: struct shrinker */
export interface ShrinkerOps {
  /** Pages that a scan may find. Takes no lock. */
  readonly count: (owner: Addr) => Step<number>;
  /** Frees up to `pages` pages; returns how many, or SHRINK_STOP. */
  readonly scan: (owner: Addr, pages: number) => Step<number>;
}

const types = new Map<number, ShrinkerOps>();
/** Type of a slot that is being filled: no scan runs on it. */
const RESERVED = -1;

/** Makes a kind of shrinker known in this thread. `type` is above 0 and the same in every thread. */
export function defineShrinker(type: number, ops: ShrinkerOps): void {
  types.set(type, ops);
}

function slotAt(pool: Addr, index: number): Addr {
  return pool + PagePool.at.slot0 + index * ShrinkerSlot.size;
}

/** Registers a shrinker of `type` for `owner`; 0, or ENOMEM if all slots are taken. @kernel mm/shrinker.c: shrinker_register() */
export function* registerShrinker(pool: Addr, type: number, owner: Addr): Step<number> {
  for (let index = 0; index < SHRINKER_SLOTS; index++) {
    const slot = slotAt(pool, index);
    // The slot comes first: another one that registers must not put its name into it.
    if ((yield* compareExchange(slot + ShrinkerSlot.at.type, 0, RESERVED)) !== 0) continue;
    yield* write(slot + ShrinkerSlot.at.owner, owner);
    yield* store(slot + ShrinkerSlot.at.type, type);
    return 0;
  }
  return ENOMEM;
}

/** Unregisters `owner`'s shrinker and waits for the scans that run on it. @kernel mm/shrinker.c: shrinker_free() */
export function* unregisterShrinker(pool: Addr, owner: Addr): Step<void> {
  for (let index = 0; index < SHRINKER_SLOTS; index++) {
    const slot = slotAt(pool, index);
    if (peek(slot + ShrinkerSlot.at.owner) !== owner) continue;
    yield* store(slot + ShrinkerSlot.at.type, 0);
    for (let turn = 0; (yield* load(slot + ShrinkerSlot.at.active)) !== 0; turn++) yield* cpuRelax(turn);
  }
}

/** Pages a scan asks for at a time. @kernel mm/shrinker.c: SHRINK_BATCH */
export const SHRINK_BATCH = 128;

/** Runs every registered shrinker once, in batches until it stops; returns pages freed. @kernel mm/shrinker.c: shrink_slab() */
export function* shrinkSlab(pool: Addr): Step<number> {
  let freed = 0;
  for (let index = 0; index < SHRINKER_SLOTS; index++) {
    const slot = slotAt(pool, index);
    if ((yield* load(slot + ShrinkerSlot.at.type)) === 0) continue;
    // Announced before the second look: an unregister either sees this scan or is seen by it.
    yield* add(slot + ShrinkerSlot.at.active, 1);
    const type = yield* load(slot + ShrinkerSlot.at.type);
    const ops = types.get(type);
    if (ops !== undefined) freed += yield* doShrinkSlab(ops, peek(slot + ShrinkerSlot.at.owner));
    yield* add(slot + ShrinkerSlot.at.active, -1);
  }
  return freed;
}

function* doShrinkSlab(ops: ShrinkerOps, owner: Addr): Step<number> {
  let left = yield* ops.count(owner);
  let freed = 0;
  while (left > 0) {
    const batch = Math.min(left, SHRINK_BATCH);
    const got = yield* ops.scan(owner, batch);
    if (got === SHRINK_STOP || got === 0) break;
    freed += got;
    left -= batch;
  }
  return freed;
}
