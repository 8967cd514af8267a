import type { Addr, Step } from "#shared/atomic/index";
import { Spinlock, spinLock, spinUnlock } from "#shared/sync/spinlock";
import { type SectionParams, sectionParams } from "./common.ts";
import { type SectionPath, sectionPath } from "./define.ts";
import { anyLock, lockWorld, lockWorldWords, sumOfCounters } from "./guarded.ts";

const SIZE = Spinlock.size;

function* enter(root: Addr): Step<Addr> {
  const lock = yield* anyLock(root);
  yield* spinLock(lock);
  return lock + SIZE;
}

function* leave(_root: Addr, counter: Addr): Step<void> {
  yield* spinUnlock(counter - SIZE);
}

const definition: SectionPath<SectionParams> = sectionPath({
  name: "spinlock/lock",
  about: "takes a spinlock, counts, releases it",
  lockClass: "spinlock",
  params: sectionParams(),
  tasks: ({ tasks }) => tasks,
  worldWords: ({ objects }) => lockWorldWords(objects, SIZE),
  *setup(heap, { objects }) {
    return yield* lockWorld(heap, objects, SIZE);
  },
  enter,
  leave,
  *sum(root) {
    return yield* sumOfCounters(root, SIZE);
  },
});
export default definition;
