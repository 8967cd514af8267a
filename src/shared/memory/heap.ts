import {
  type Addr,
  beginAllocation,
  claimIf,
  cpuRelax,
  fill,
  markReused,
  observe,
  peek,
  poke,
  publish,
  type Step,
} from "../atomic/index.ts";
import { ArenaFull } from "./arena-full.ts";
import { type Layout, struct } from "./struct.ts";

/**
 * Memory of one world. A batch world only ever grows (`quarantine` NEVER: freed objects are not used again until the
 * world is laid out anew), unless its scenario wants memory to be used again (AT_ONCE: the object freed last is the
 * first to be handed out, as a real allocator does it). A soak world reuses an object once `quarantine` others were
 * freed after it.
 */
export const Heap: Layout<"next" | "end" | "quarantine" | "classes" | "lock" | "live"> = struct("heap", {
  /** First free word. */
  next: "atomic",
  /** First word behind the heap. */
  end: "atomic",
  /** Freed objects of a size that wait before the oldest is used again, or one of `QUARANTINE`. */
  quarantine: "atomic",
  /** Table of `SizeClass`, by size modulo `CLASSES`; 0 where nothing is ever used again. */
  classes: "atomic",
  /** Spinlock of the table. The allocator is not under test: its words are no steps. */
  lock: "atomic",
  /** Objects alive. */
  live: "atomic",
});

const { next: NEXT, end: END, classes: CLASSES_AT, lock: LOCK } = Heap.at;
/** Values of `quarantine` that are no number of objects. */
export const QUARANTINE = { NEVER: 0, AT_ONCE: -1 } as const;
/** Words that a heap which reuses memory at once needs besides its objects: one list for all sizes. */
export const AT_ONCE_WORDS = 3;

const SizeClass = { WAITING: 0, HEAD: 1, TAIL: 2, WORDS: 3 } as const;
const CLASSES = 64;

/** Words in front of each object: state, struct number and size, who allocated and who freed, quarantine link. */
export const HEADER = { STATE: -4, KIND: -3, OWNERS: -2, LINK: -1, WORDS: 4 } as const;

/** States of an object. The values are odd to look at so that a stray address is not taken for an object. */
export const OBJECT_STATE = { LIVE: 0x11fe0001, FREED: 0x11fe0002 } as const;

/** Lays out an empty heap of `words` words at `base`; returns its address, which is `base`. */
export function initHeap(base: Addr, words: number, quarantine: number): Addr {
  const table = base + Heap.size;
  const tableWords = tableWordsOf(quarantine);
  fill(base, Heap.size + tableWords, 0);
  publish(base + Heap.at.next, table + tableWords);
  publish(base + Heap.at.end, base + words);
  publish(base + Heap.at.quarantine, quarantine);
  publish(base + Heap.at.classes, tableWords === 0 ? 0 : table);
  return base;
}

function tableWordsOf(quarantine: number): number {
  return classesOf(quarantine) * SizeClass.WORDS;
}

function classesOf(quarantine: number): number {
  if (quarantine === QUARANTINE.NEVER) return 0;
  return quarantine === QUARANTINE.AT_ONCE ? 1 : CLASSES;
}

/** First object that the heap ever hands out. */
export function firstObject(heap: Addr): Addr {
  return heap + Heap.size + tableWordsOf(peek(heap + Heap.at.quarantine)) + HEADER.WORDS;
}

/** Takes `size` words from the heap, reusing a freed object of the same size that has waited long enough. */
export function* takeWords(heap: Addr, size: number): Step<Addr> {
  if (peek(heap + CLASSES_AT) !== 0) {
    const reused = yield* takeQuarantined(heap, size);
    if (reused !== 0) return reused;
  }
  for (;;) {
    const start = observe(heap + NEXT);
    const next = start + size + HEADER.WORDS;
    const end = peek(heap + END);
    if (next > end) {
      throw new ArenaFull({
        askedWords: size + HEADER.WORDS,
        leftWords: end - start,
        sizeWords: end - heap,
      });
    }
    // A refused request takes nothing: what is left fits smaller ones, and a walk over all objects ends at it.
    if (claimIf(heap + NEXT, start, next)) return start + HEADER.WORDS;
  }
}

function* takeQuarantined(heap: Addr, size: number): Step<Addr> {
  const entry = classOf(heap, size);
  const behind = Math.max(0, peek(heap + Heap.at.quarantine));
  if (observe(entry + SizeClass.WAITING) <= behind) return 0;
  yield* lockHeap(heap);
  const object = unlinkOldest(entry, size, behind);
  publish(heap + LOCK, 0);
  if (object !== 0) yield* markReused(object, size);
  return object;
}

/** Takes the first object of `size` off the list that has `quarantine` others behind it; 0 if there is none. */
function unlinkOldest(entry: Addr, size: number, quarantine: number): Addr {
  const waiting = peek(entry + SizeClass.WAITING);
  let before = 0;
  let object = peek(entry + SizeClass.HEAD);
  // Sizes that are equal modulo CLASSES share a list: an object of another size must not block it.
  for (let behind = waiting - 1; behind >= quarantine; behind--) {
    const next = peek(object + HEADER.LINK);
    if ((peek(object + HEADER.KIND) & 0xffff) === size) {
      if (before === 0) poke(entry + SizeClass.HEAD, next);
      else poke(before + HEADER.LINK, next);
      poke(entry + SizeClass.WAITING, waiting - 1);
      return object;
    }
    before = object;
    object = next;
  }
  return 0;
}

/**
 * Puts a freed object at the end of its quarantine, or where there is none in front of the others. Whether another
 * task's allocation comes before that or after it makes a difference, so it is a step on the heap.
 */
export function* quarantineWords(heap: Addr, object: Addr): Step<void> {
  if (peek(heap + CLASSES_AT) === 0) return;
  yield* beginAllocation(heap);
  const entry = classOf(heap, peek(object + HEADER.KIND) & 0xffff);
  yield* lockHeap(heap);
  const waiting = peek(entry + SizeClass.WAITING);
  if (peek(heap + Heap.at.quarantine) === QUARANTINE.AT_ONCE) pushFirst(entry, object);
  else pushLast(entry, object, waiting);
  publish(entry + SizeClass.WAITING, waiting + 1);
  publish(heap + LOCK, 0);
}

function pushFirst(entry: Addr, object: Addr): void {
  poke(object + HEADER.LINK, peek(entry + SizeClass.HEAD));
  poke(entry + SizeClass.HEAD, object);
}

function pushLast(entry: Addr, object: Addr, waiting: number): void {
  if (waiting === 0) poke(entry + SizeClass.HEAD, object);
  else poke(peek(entry + SizeClass.TAIL) + HEADER.LINK, object);
  poke(entry + SizeClass.TAIL, object);
}

function classOf(heap: Addr, size: number): Addr {
  const classes = classesOf(peek(heap + Heap.at.quarantine));
  return peek(heap + CLASSES_AT) + (size % classes) * SizeClass.WORDS;
}

function* lockHeap(heap: Addr): Step<void> {
  for (let turn = 0; !claimIf(heap + LOCK, 0, 1); turn++) yield* cpuRelax(turn);
}
