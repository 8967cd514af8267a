import { type Addr, compareExchange, cpuRelax, type Step, store } from "../atomic/index.ts";
import { POISON } from "../memory/poison.ts";
import { reportAndAbandon } from "../violation.ts";

// The short lock inside a lock (the kernel's raw wait_lock). Not recorded: it is part of the lock it guards.

/** Takes the wait lock at `word`. */
export function* rawSpinLock(word: Addr): Step<void> {
  for (let turn = 0; ; turn++) {
    const seen = yield* compareExchange(word, 0, 1);
    if (seen === 0) return;
    if (seen === POISON) reportAndAbandon("use-after-free", word, seen);
    yield* cpuRelax(turn);
  }
}

/** Releases the wait lock at `word`. */
export function* rawSpinUnlock(word: Addr): Step<void> {
  yield* store(word, 0);
}
