import { type Addr, add, load, type Step, store } from "#shared/atomic/index";
import { loadThenStore, testThenSet } from "./two-steps.ts";

/** Takes a reference by a load and a store: two takers may count as one. */
export function* incInTwoSteps(r: Addr): Step<void> {
  yield* loadThenStore(r, 1);
}

/** Finds the counter above zero, then adds. */
export function* incNotZeroThatTestsThenAdds(r: Addr): Step<boolean> {
  if ((yield* load(r)) === 0) return false;
  yield* add(r, 1);
  return true;
}

/** Drops a reference, then looks whether it was the last: two tasks may both think so. */
export function* decThenTest(r: Addr): Step<boolean> {
  yield* add(r, -1);
  return (yield* load(r)) === 0;
}

/** Drops a reference by a load and a store. */
export function* decAndTestInTwoSteps(r: Addr): Step<boolean> {
  return (yield* loadThenStore(r, -1)) === 1;
}

/** Finds one reference, then drops it. */
export function* decIfOneThatTestsThenSets(r: Addr): Step<boolean> {
  return (yield* testThenSet(r, 1, 0)) === 1;
}

/** Finds that it is not the last, then drops it. */
export function* decNotOneThatTestsThenDrops(r: Addr): Step<boolean> {
  if ((yield* load(r)) === 1) return false;
  yield* add(r, -1);
  return true;
}

/** Takes a reference and forgets that the counter was broken: nothing saturates. */
export function* incThatWraps(r: Addr): Step<void> {
  yield* store(r, ((yield* load(r)) + 1) | 0);
}
