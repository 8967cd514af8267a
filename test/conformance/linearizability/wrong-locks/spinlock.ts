import { type Addr, compareExchange, cpuRelax, exchange, type Step, store } from "#shared/atomic/index";
import { currentTask } from "#shared/task";
import { testThenSet } from "./two-steps.ts";

/** Finds the lock free, then takes it. */
export function* lockThatTestsThenSets(lock: Addr): Step<void> {
  for (let turn = 0; (yield* testThenSet(lock, 0, currentTask() + 1)) !== 0; turn++) yield* cpuRelax(turn);
}

/** Sets the word whatever it was, and makes it free again where it was not. */
export function* trylockThatSwaps(lock: Addr): Step<boolean> {
  if ((yield* exchange(lock, currentTask() + 1)) === 0) return true;
  yield* store(lock, 0);
  return false;
}

/** Tries a second time, and then goes in as if it had got the lock. */
export function* lockThatGivesUp(lock: Addr): Step<void> {
  if ((yield* compareExchange(lock, 0, currentTask() + 1)) === 0) return;
  yield* cpuRelax(0);
  yield* compareExchange(lock, 0, currentTask() + 1);
}

/** Releases nothing. */
export function* unlockThatForgets(_lock: Addr): Step<void> {}
