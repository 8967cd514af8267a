import type { Addr, Step } from "#shared/atomic/index";
import type { LockPolicy } from "#shared/sync/lock-policy";
import { Mutex, mutexLock, mutexUnlock } from "#shared/sync/mutex";
import type { ChoiceParam } from "../params.ts";
import { policyParam, type SectionParams, sectionParams } from "./common.ts";
import { type SectionPath, sectionPath } from "./define.ts";
import { anyLock, lockWorld, lockWorldWords, sumOfCounters } from "./guarded.ts";

const SIZE = Mutex.size;

function* enter(root: Addr): Step<Addr> {
  const lock = yield* anyLock(root);
  yield* mutexLock(lock);
  return lock + SIZE;
}

function* leave(_root: Addr, counter: Addr): Step<void> {
  yield* mutexUnlock(counter - SIZE);
}

type MutexParams = SectionParams & { readonly policy: ChoiceParam<LockPolicy> };

const definition: SectionPath<MutexParams> = sectionPath({
  name: "mutex/lock",
  about: "takes a mutex, counts, releases it",
  lockClass: "mutex",
  params: { ...sectionParams(), policy: policyParam() },
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
