import { type Addr, compareExchange, cpuRelax, type Step, store } from "#shared/atomic/index";
import { type SectionParams, sectionParams } from "./common.ts";
import { type SectionPath, sectionPath } from "./define.ts";
import { anyLock, lockWorld, lockWorldWords, sumOfCounters } from "./guarded.ts";

const SIZE = 1;

function* enter(root: Addr): Step<Addr> {
  const lock = yield* anyLock(root);
  for (let turn = 0; (yield* compareExchange(lock, 0, 1)) !== 0; turn++) yield* cpuRelax(turn);
  return lock + SIZE;
}

function* leave(_root: Addr, counter: Addr): Step<void> {
  yield* store(counter - SIZE, 0);
}

const definition: SectionPath<SectionParams> = sectionPath({
  name: "bare/cas-store",
  about: "a lock by hand: compare-and-exchange, count, store; the floor for one task",
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
