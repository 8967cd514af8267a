import { type Addr, peek, read, type Step, write } from "#shared/atomic/index";
import { initHeap } from "#shared/memory/heap";
import { allocatedBy, allocateWords, free, freedBy, liveObjects } from "#shared/memory/object";
import type { Program } from "../program.ts";
import { must } from "./helpers.ts";

type Params = { tasks: number; rounds: number; words: number; quarantine: number };

const SIZES = [2, 3, 5, 66];

/** Tasks allocate and free in one heap at once: an object is clean, and nobody else's, for as long as it lives. */
const objects: Program<Params> = {
  name: "objects",

  *setup(heap, params) {
    const base = yield* allocateWords(heap, 1, params.words);
    return initHeap(base, params.words, params.quarantine);
  },

  *task(root, task, params) {
    for (let round = 0; round < params.rounds; round++) {
      const size = SIZES[(task + round) % SIZES.length] ?? 2;
      const first = yield* allocateWords(root, 0, size);
      yield* mark(first, size, task);
      const second = yield* allocateWords(root, 0, 3);
      yield* mark(second, 3, task + 100);
      yield* expectMark(first, size, task);
      must(allocatedBy(first) === task && freedBy(first) === -1, "an object is another task's");
      yield* free(root, first);
      yield* expectMark(second, 3, task + 100);
      yield* free(root, second);
    }
  },

  *check(root) {
    must((yield* read(root)) > root, "the heap has moved");
    must(liveObjects(root) === 0, `${liveObjects(root)} objects are alive`);
  },
};

export default objects;

function* mark(object: Addr, size: number, value: number): Step<void> {
  for (let word = 0; word < size; word++) {
    must((yield* read(object + word)) === 0, `a new object has ${peek(object + word)} in it`);
    yield* write(object + word, value + 1);
  }
}

function* expectMark(object: Addr, size: number, value: number): Step<void> {
  for (let word = 0; word < size; word++) {
    must((yield* read(object + word)) === value + 1, "two objects overlap");
  }
}
