import { type Addr, add, load, or, poke, type Step, writeOnce } from "#shared/atomic/index";
import { Rwsem } from "#shared/sync/rwsem";
import { RWSEM, readSlow, wakeWaiters } from "#shared/sync/rwsem-slow";
import { currentTask } from "#shared/task";
import { loadThenStore, testThenSet } from "./two-steps.ts";

const { WRITER, WAITING, HANDOFF, READER } = RWSEM;

/** Counts itself in by a load and a store: two readers may count as one. */
export function* readInTwoSteps(sem: Addr): Step<void> {
  const before = yield* loadThenStore(sem, READER);
  if ((before & (WRITER | WAITING | HANDOFF)) !== 0) yield* readSlow(sem);
}

/** Looks for a writer, then counts itself in. */
export function* tryReadThatTestsThenSets(sem: Addr): Step<boolean> {
  if (((yield* load(sem)) & (WRITER | WAITING | HANDOFF)) !== 0) return false;
  yield* add(sem, READER);
  return true;
}

/** Finds the lock free, then takes it. */
export function* tryWriteThatTestsThenSets(sem: Addr): Step<boolean> {
  if ((yield* testThenSet(sem, 0, WRITER)) !== 0) return false;
  poke(sem + Rwsem.at.writer, currentTask() + 1);
  return true;
}

/** Leaves the queue asleep. */
export function* unwriteWithoutWake(sem: Addr): Step<void> {
  yield* writeOnce(sem + Rwsem.at.writer, 0);
  yield* add(sem, -WRITER);
}

/** Leaves the queue asleep, though readers could come in. */
export function* downgradeWithoutWake(sem: Addr): Step<void> {
  yield* writeOnce(sem + Rwsem.at.writer, 0);
  yield* add(sem, READER - WRITER);
}

/** Wakes the queue only where it was the last of several readers. */
export function* unreadThatMiscounts(sem: Addr): Step<void> {
  const before = yield* add(sem, -READER);
  if (before - READER === READER) yield* wakeWaiters(sem);
}

/** Gives the lock up and takes it again for reading: a writer may come in between. */
export function* downgradeThatLetsGo(sem: Addr): Step<void> {
  yield* writeOnce(sem + Rwsem.at.writer, 0);
  yield* add(sem, -WRITER);
  yield* add(sem, READER);
  if (((yield* or(sem, 0)) & WAITING) !== 0) yield* wakeWaiters(sem);
}
