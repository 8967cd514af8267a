// Words outside of any arena, by which those who run tasks talk to one another: no part of the emulated system, so no
// step, and not behind the door.

/** The word, as the latest store of any thread left it. */
export function linkLoad(words: Int32Array, at: number): number {
  return Atomics.load(words, at);
}

/** Sets the word. */
export function linkStore(words: Int32Array, at: number, value: number): void {
  Atomics.store(words, at, value);
}

/** Adds to the word, without waking anybody. */
export function linkAdd(words: Int32Array, at: number, value: number): void {
  Atomics.add(words, at, value);
}

/** Sleeps while the word is `value`, at most so many milliseconds. */
export function linkWait(words: Int32Array, at: number, value: number, ms: number): void {
  Atomics.wait(words, at, value, ms);
}

/** Wakes everybody who sleeps on the word. */
export function linkNotify(words: Int32Array, at: number): void {
  Atomics.notify(words, at);
}
