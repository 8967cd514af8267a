import { type Addr, choose, peek, type Step, write } from "#shared/atomic/index";
import { allocate, allocateWords } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";

/** Words of a 64-byte line. */
const LINE = 16;

/** Root of a world of locks: a table of their addresses, and what they have in common. */
export const LockWorld: Layout<"locks" | "count" | "common"> = struct("lock_world", {
  locks: "plain",
  count: "plain",
  /** A ww class, or 0. */
  common: "plain",
});

const { locks: LOCKS, count: COUNT } = LockWorld.at;

/** Words that a world of `count` locks of `size` words needs. */
export function lockWorldWords(count: number, size: number): number {
  return 1024 + count * (size + 3 * LINE);
}

/**
 * Lays out `count` locks of `size` words, each at the start of a line and with the counter that it guards behind it, as
 * one would lay them out by hand. All words are 0.
 */
export function* lockWorld(heap: Addr, count: number, size: number): Step<Addr> {
  const root = yield* allocate(heap, LockWorld);
  const table = yield* allocateWords(heap, 0, count);
  for (let index = 0; index < count; index++) {
    const words = yield* allocateWords(heap, 0, Math.ceil((size + 1) / LINE) * LINE + LINE);
    yield* write(table + index, (words + LINE - 1) & -LINE);
  }
  yield* write(root + LOCKS, table);
  yield* write(root + COUNT, count);
  return root;
}

/** A lock chosen by lot; the only one where there is one. */
export function* anyLock(root: Addr): Step<Addr> {
  const count = peek(root + COUNT);
  return peek(peek(root + LOCKS) + (count === 1 ? 0 : yield* choose(count)));
}

/** The lock number `index`. */
export function lockAt(root: Addr, index: number): Addr {
  return peek(peek(root + LOCKS) + index);
}

/** What the counters behind locks of `size` words say together, modulo 2^32. */
export function* sumOfCounters(root: Addr, size: number): Step<number> {
  let sum = 0;
  for (let index = 0; index < peek(root + COUNT); index++) sum = (sum + peek(lockAt(root, index) + size)) | 0;
  return sum;
}
