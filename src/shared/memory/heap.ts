import {
  type Addr,
  claim,
  claimIf,
  cpuRelax,
  observe,
  peek,
  poke,
  publish,
  type Step,
} from "../atomic/index.ts";
import { ArenaFull } from "./arena-full.ts";
import { type Layout, struct } from "./struct.ts";

/**
 * Memory of one world. A batch world only ever grows (`quarantine` 0: freed objects are never used again
 * until the world is laid out anew); a soak world reuses an object once `quarantine` others were freed after it.
 */
export const Heap: Layout<"next" | "end" | "quarantine" | "waiting" | "head" | "tail" | "lock" | "live"> =
  struct("heap", {
    /** First free word. */
    next: "atomic",
    /** First word behind the heap. */
    end: "atomic",
    /** Freed objects that wait before one is used again; 0: for ever. */
    quarantine: "atomic",
    /** Freed objects that wait now, oldest at `head`. */
    waiting: "atomic",
    head: "atomic",
    tail: "atomic",
    /** Spinlock of the quarantine. The allocator is not under test: its words are no steps. */
    lock: "atomic",
    /** Objects alive. */
    live: "atomic",
  });

/** Words in front of each object: state, struct number and size, who allocated and who freed, quarantine link. */
export const HEADER = { STATE: -4, KIND: -3, OWNERS: -2, LINK: -1, WORDS: 4 } as const;

/** States of an object. The values are odd to look at so that a stray address is not taken for an object. */
export const OBJECT_STATE = { LIVE: 0x11fe0001, FREED: 0x11fe0002 } as const;

/** Lays out an empty heap of `words` words at `base`; returns its address, which is `base`. */
export function initHeap(base: Addr, words: number, quarantine: number): Addr {
  publish(base + Heap.at.next, base + Heap.size);
  publish(base + Heap.at.end, base + words);
  publish(base + Heap.at.quarantine, quarantine);
  publish(base + Heap.at.waiting, 0);
  publish(base + Heap.at.head, 0);
  publish(base + Heap.at.tail, 0);
  publish(base + Heap.at.lock, 0);
  publish(base + Heap.at.live, 0);
  return base;
}

/** Takes `size` words from the heap, reusing a freed object of the same size that has waited long enough. */
export function* takeWords(heap: Addr, size: number): Step<Addr> {
  const limit = peek(heap + Heap.at.quarantine);
  if (limit > 0 && observe(heap + Heap.at.waiting) > limit) {
    yield* lockHeap(heap);
    const oldest = peek(heap + Heap.at.head);
    const fits = oldest !== 0 && (peek(oldest + HEADER.KIND) & 0xffff) === size;
    if (fits) {
      poke(heap + Heap.at.head, peek(oldest + HEADER.LINK));
      poke(heap + Heap.at.waiting, peek(heap + Heap.at.waiting) - 1);
    }
    publish(heap + Heap.at.lock, 0);
    if (fits) return oldest;
  }
  const start = claim(heap + Heap.at.next, size + HEADER.WORDS);
  const end = peek(heap + Heap.at.end);
  if (start + size + HEADER.WORDS > end) {
    throw new ArenaFull({
      askedWords: size + HEADER.WORDS,
      leftWords: Math.max(0, end - start),
      sizeWords: end - heap,
    });
  }
  return start + HEADER.WORDS;
}

/** Puts a freed object at the end of the quarantine. */
export function* quarantineWords(heap: Addr, object: Addr): Step<void> {
  if (peek(heap + Heap.at.quarantine) === 0) return;
  yield* lockHeap(heap);
  poke(object + HEADER.LINK, 0);
  const waiting = peek(heap + Heap.at.waiting);
  if (waiting === 0) poke(heap + Heap.at.head, object);
  else poke(peek(heap + Heap.at.tail) + HEADER.LINK, object);
  poke(heap + Heap.at.tail, object);
  publish(heap + Heap.at.waiting, waiting + 1);
  publish(heap + Heap.at.lock, 0);
}

function* lockHeap(heap: Addr): Step<void> {
  for (let turn = 0; !claimIf(heap + Heap.at.lock, 0, 1); turn++) yield* cpuRelax(turn);
}
