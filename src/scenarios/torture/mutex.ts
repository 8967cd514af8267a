import type { Addr, Step } from "#shared/atomic/index";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { Mutex, mutexLock, mutexUnlock } from "#shared/sync/mutex";
import type { Scenario } from "../define.ts";
import { int } from "../params.ts";
import { torture } from "./torture.ts";

/** @kernel kernel/locking/locktorture.c: MAX_NESTED_LOCKS */
const MOST_NESTED = 8;

/** The mutex and those nested with it, each a class of its own. @kernel kernel/locking/locktorture.c: torture_mutex, torture_nested_mutexes */
export const MutexTorture: Layout<"mutex" | "nested0"> = struct("torture_mutexes", {
  mutex: Mutex,
  nested0: Mutex,
  nested1: Mutex,
  nested2: Mutex,
  nested3: Mutex,
  nested4: Mutex,
  nested5: Mutex,
  nested6: Mutex,
  nested7: Mutex,
});

const { mutex: MUTEX, nested0: NESTED } = MutexTorture.at;

/** All nine, in order of address. */
const offsets: readonly number[] = Array.from({ length: MOST_NESTED + 1 }, (_, index) => index * Mutex.size);

const definition: Scenario = torture({
  name: "mutex",
  type: "mutex_lock",
  claim: "of all tasks that take a mutex, for long, one is in at a time",
  more: {
    nested_locks: int(0, MOST_NESTED, 0, "mutexes of which a random set is taken first, in order"),
  },
  busted: ["invariant", "data-race"],
  words: () => MutexTorture.size + 8,
  offsets,
  writeHold: { long: 5, usual: 0, short: false },
  *layOut(heap) {
    return yield* allocate(heap, MutexTorture);
  },
  *writeLock(locks) {
    yield* mutexLock(locks + MUTEX);
  },
  *writeUnlock(locks) {
    yield* mutexUnlock(locks + MUTEX);
  },
  *nestedLock(locks: Addr, set: number): Step<void> {
    for (let index = 0; index < MOST_NESTED; index++) {
      if ((set & (1 << index)) !== 0) yield* mutexLock(locks + NESTED + index * Mutex.size);
    }
  },
  *nestedUnlock(locks: Addr, set: number): Step<void> {
    for (let index = MOST_NESTED - 1; index >= 0; index--) {
      if ((set & (1 << index)) !== 0) yield* mutexUnlock(locks + NESTED + index * Mutex.size);
    }
  },
});

export default definition;
