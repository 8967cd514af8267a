import { type Addr, compareExchange, exchange, notify, type Step, wait } from "#shared/atomic/index";
import { type SectionParams, sectionParams } from "./common.ts";
import { type SectionPath, sectionPath } from "./define.ts";
import { anyLock, lockWorld, lockWorldWords, sumOfCounters } from "./guarded.ts";

const SIZE = 1;

function* enter(root: Addr): Step<Addr> {
  const lock = yield* anyLock(root);
  if ((yield* compareExchange(lock, 0, 1)) !== 0) {
    while ((yield* exchange(lock, 2)) !== 0) yield* wait(lock, 2);
  }
  return lock + SIZE;
}

function* leave(_root: Addr, counter: Addr): Step<void> {
  const lock = counter - SIZE;
  if ((yield* exchange(lock, 0)) === 2) yield* notify(lock, 1);
}

const definition: SectionPath<SectionParams> = sectionPath({
  name: "bare/futex",
  about: "a futex mutex by hand: three states, no spinning, no order",
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
