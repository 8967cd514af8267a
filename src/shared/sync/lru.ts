import { type Addr, read, type Step, write, writeOnce } from "../atomic/index.ts";
import { POISON } from "../memory/poison.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { report, reportAndAbandon } from "../violation.ts";

/**
 * A least-recently-used list. Every function needs the list's lock (`Mutex`, one a device) held.
 * @kernel include/drm/drm_gem.h: struct drm_gem_lru
 */
export const Lru: Layout<"first" | "last" | "pages" | "lock"> = struct("lru", {
  first: "plain",
  last: "plain",
  pages: "plain",
  /** The lock, for who finds it through the list, as kernels before 379e8f1ca5e9 (2026) do. Constant. */
  lock: "plain",
});

/** What a member carries: its neighbours, the list it is on (0: none), and its size when it joined. */
export const LruNode: Layout<"next" | "previous" | "lru" | "pages"> = struct("lru_node", {
  next: "plain",
  previous: "plain",
  lru: "plain",
  pages: "plain",
});

const { first: FIRST, last: LAST, pages: PAGES } = Lru.at;
const { next: NEXT, previous: PREVIOUS, lru: LIST, pages: SIZE } = LruNode.at;

/** The least recently used member, or 0. */
export function* lruFirst(lru: Addr): Step<Addr> {
  return yield* read(lru + FIRST);
}

/** The list that `node` is on, or 0. */
export function* lruOf(node: Addr): Step<Addr> {
  return yield* read(node + LIST);
}

/** Pages of all members. */
export function* lruPages(lru: Addr): Step<number> {
  return yield* read(lru + PAGES);
}

// The sum of pages is read without the lock too (shrinker counts), and so was the list of a node until 2026: their writes
// are marked.

/** Adds `node`, which is on no list, as the most recently used. @kernel drivers/gpu/drm/drm_gem.c: drm_gem_lru_move_tail_locked() */
export function* lruAddTail(lru: Addr, node: Addr, pages: number): Step<void> {
  const last = yield* read(lru + LAST);
  yield* write(node + NEXT, 0);
  yield* write(node + PREVIOUS, last);
  yield* writeOnce(node + LIST, lru);
  yield* write(node + SIZE, pages);
  if (last === 0) yield* write(lru + FIRST, node);
  else yield* write(last + NEXT, node);
  yield* write(lru + LAST, node);
  yield* writeOnce(lru + PAGES, (yield* read(lru + PAGES)) + pages);
}

/** Takes `node` off the list it is on, if any. A freed node is reported. @kernel drivers/gpu/drm/drm_gem.c: drm_gem_lru_remove_locked() */
export function* lruRemove(node: Addr): Step<void> {
  const lru = yield* read(node + LIST);
  if (lru === POISON) reportAndAbandon("use-after-free", node, lru);
  if (lru === 0) return;
  const next = yield* read(node + NEXT);
  const previous = yield* read(node + PREVIOUS);
  if (next === POISON || previous === POISON) reportAndAbandon("use-after-free", node, POISON);
  if (previous === 0) yield* write(lru + FIRST, next);
  else yield* write(previous + NEXT, next);
  if (next === 0) yield* write(lru + LAST, previous);
  else yield* write(next + PREVIOUS, previous);
  const pages = (yield* read(lru + PAGES)) - (yield* read(node + SIZE));
  if (pages < 0) report("list-corruption", lru, pages);
  yield* writeOnce(lru + PAGES, pages);
  yield* writeOnce(node + LIST, 0);
}

/** Moves `node` to the end of `lru`. */
export function* lruMoveTail(lru: Addr, node: Addr, pages: number): Step<void> {
  yield* lruRemove(node);
  yield* lruAddTail(lru, node, pages);
}

/** Moves every member of `from` to the end of `to`, in order. */
export function* lruSplice(from: Addr, to: Addr): Step<void> {
  for (let node = yield* lruFirst(from); node !== 0; node = yield* lruFirst(from)) {
    yield* lruMoveTail(to, node, yield* read(node + SIZE));
  }
}
