import {
  type Addr,
  becomesLive,
  beginAllocation,
  claim,
  claimIf,
  fill,
  markFreed,
  peek,
  poke,
  publish,
  type Step,
} from "../atomic/index.ts";
import { EVENT, record } from "../recorder/index.ts";
import { currentTask } from "../task.ts";
import { report, reportAndAbandon } from "../violation.ts";
import { firstObject, HEADER, Heap, OBJECT_STATE, quarantineWords, takeWords } from "./heap.ts";
import { POISON } from "./poison.ts";
import { type Layout, structById } from "./struct.ts";

/**
 * Allocates an object, all words 0. Returns its address.
 * @throws ArenaFull when the world's memory is used up.
 */
export function* allocate(heap: Addr, layout: Layout<string>): Step<Addr> {
  return yield* allocateWords(heap, layout.id, layout.size);
}

/** Allocates `size` zeroed words that are no declared struct (a table). Returns their address. */
export function* allocateWords(heap: Addr, id: number, size: number): Step<Addr> {
  yield* beginAllocation(heap);
  const object = yield* takeWords(heap, size);
  fill(object, size, 0);
  poke(object + HEADER.KIND, (id << 16) | size);
  poke(object + HEADER.OWNERS, currentTask() + 1);
  publish(object + HEADER.STATE, OBJECT_STATE.LIVE);
  claim(heap + Heap.at.live, 1);
  becomesLive(object, size);
  record(EVENT.ALLOCATE, object, size);
  return object;
}

/**
 * Returns an object's memory: it is poisoned and waits in quarantine. A second free of the same object is
 * reported as `double-free`, and the task leaves the world. @kernel mm/slub.c: slab_free(), with poisoning on
 */
export function* free(heap: Addr, object: Addr): Step<void> {
  const size = peek(object + HEADER.KIND) & 0xffff;
  yield* markFreed(object, size);
  if (!claimIf(object + HEADER.STATE, OBJECT_STATE.LIVE, OBJECT_STATE.FREED)) {
    reportAndAbandon("double-free", object, 0, freedBy(object) + 1);
  }
  poke(object + HEADER.OWNERS, peek(object + HEADER.OWNERS) | ((currentTask() + 1) << 8));
  fill(object, size, POISON);
  claim(heap + Heap.at.live, -1);
  record(EVENT.FREE, object, size);
  yield* quarantineWords(heap, object);
}

/** Objects of the heap that are alive. */
export function liveObjects(heap: Addr): number {
  return peek(heap + Heap.at.live);
}

/** True while the object is alive. */
export function isLive(object: Addr): boolean {
  return peek(object + HEADER.STATE) === OBJECT_STATE.LIVE;
}

/** Task that allocated the object, or -1. */
export function allocatedBy(object: Addr): number {
  return (peek(object + HEADER.OWNERS) & 0xff) - 1;
}

/** Task that freed the object, or -1. */
export function freedBy(object: Addr): number {
  return ((peek(object + HEADER.OWNERS) >> 8) & 0xff) - 1;
}

/** The struct an object was allocated as, or undefined for plain words. */
export function layoutOf(object: Addr): Layout<string> | undefined {
  return structById(peek(object + HEADER.KIND) >> 16);
}

/** Every object of a heap, alive or freed, in order of address; where memory was used again, what it was last. */
export function objectsOf(heap: Addr): Addr[] {
  const found: Addr[] = [];
  let at = firstObject(heap);
  const end = Math.min(peek(heap + Heap.at.next), peek(heap + Heap.at.end));
  while (at < end) {
    found.push(at);
    at += (peek(at + HEADER.KIND) & 0xffff) + HEADER.WORDS;
  }
  return found;
}

/**
 * Reports a use after free if `value`, just taken from `object`, is poison. The checks that are always on
 * (`--check memory` checks every access instead).
 */
export function checkPoison(object: Addr, value: number): void {
  if (value === POISON) report("use-after-free", object, value);
}
