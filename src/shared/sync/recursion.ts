import { type Addr, peek, poke } from "../atomic/index.ts";
import { currentBlock, TASK } from "../task.ts";
import { reportAndAbandon } from "../violation.ts";

/** Calls of one function inside one another that a kernel stack of 16 KiB does not survive, at some 160 bytes a frame. */
const DEEPEST = 100;

/**
 * To be called by a function that is about to call itself and has no end of its own: at a depth that no kernel stack
 * survives it reports `stack-overflow` for `object`, and the task leaves the world.
 */
export function withoutEnd(object: Addr): void {
  const word = currentBlock() + TASK.DEPTH;
  const depth = peek(word) + 1;
  poke(word, depth);
  if (depth > DEEPEST) reportAndAbandon("stack-overflow", object, depth);
}
