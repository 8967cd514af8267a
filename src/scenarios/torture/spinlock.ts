import { allocate } from "#shared/memory/object";
import { Spinlock, spinLock, spinUnlock } from "#shared/sync/spinlock";
import type { Scenario } from "../define.ts";
import { torture } from "./torture.ts";

const definition: Scenario = torture({
  name: "spinlock",
  type: "spin_lock",
  claim: "of all tasks that take a spinlock, for long, one is in at a time",
  more: {},
  busted: ["invariant", "data-race"],
  words: () => Spinlock.size + 8,
  offsets: [0],
  writeHold: { long: 1, usual: 0, short: true },
  *layOut(heap) {
    return yield* allocate(heap, Spinlock);
  },
  *writeLock(lock) {
    yield* spinLock(lock);
  },
  *writeUnlock(lock) {
    yield* spinUnlock(lock);
  },
});

export default definition;
