import { type Addr, load, type Step, store } from "#shared/atomic/index";

// Read-modify-writes split in two: the fault that a lock's word must never have.

/** A compare-and-exchange that tests, then sets. */
export function* testThenSet(word: Addr, expected: number, value: number): Step<number> {
  const seen = yield* load(word);
  if (seen === expected) yield* store(word, value);
  return seen;
}

/** An add that loads, then stores. */
export function* loadThenStore(word: Addr, value: number): Step<number> {
  const before = yield* load(word);
  yield* store(word, before + value);
  return before;
}
