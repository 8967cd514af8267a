import { type Addr, peek, type Step, write } from "#shared/atomic/index";
import { allocate } from "#shared/memory/object";
import type { LockPolicy } from "#shared/sync/lock-policy";
import { WwClass, wwAcquireInit, wwClassInit } from "#shared/sync/ww-context";
import { WwMutex, wwMutexInit, wwMutexLock, wwMutexUnlock } from "#shared/sync/ww-mutex";
import { type ChoiceParam, choice } from "../params.ts";
import { policyParam, type SectionParams, sectionParams } from "./common.ts";
import { contextOf, contextTable, contextTableWords } from "./contexts.ts";
import { type SectionPath, sectionPath } from "./define.ts";
import { anyLock, LockWorld, lockAt, lockWorld, lockWorldWords, sumOfCounters } from "./guarded.ts";

const SIZE = WwMutex.size;
const CONTEXTS = LockWorld.at.common;

function* enter(root: Addr): Step<Addr> {
  const lock = yield* anyLock(root);
  const contexts = peek(root + CONTEXTS);
  yield* wwMutexLock(lock, contexts === 0 ? 0 : contextOf(contexts));
  return lock + SIZE;
}

function* leave(_root: Addr, counter: Addr): Step<void> {
  yield* wwMutexUnlock(counter - SIZE);
}

type WwParams = SectionParams & {
  readonly context: ChoiceParam<"yes" | "no">;
  readonly algorithm: ChoiceParam<"wound-wait" | "wait-die">;
  readonly policy: ChoiceParam<LockPolicy>;
};

const definition: SectionPath<WwParams> = sectionPath({
  name: "ww/lock",
  about: "takes one ww-mutex, counts, releases it",
  lockClass: "ww_mutex",
  params: {
    ...sectionParams(),
    context: choice(["yes", "no"], "yes", "inside an acquire context that each task keeps open"),
    algorithm: choice(["wound-wait", "wait-die"], "wound-wait", "how a context gives way"),
    policy: policyParam(),
  },
  tasks: ({ tasks }) => tasks,
  worldWords: ({ objects, tasks }) => lockWorldWords(objects, SIZE) + contextTableWords(tasks),
  *setup(heap, { objects, tasks, context, algorithm }) {
    const root = yield* lockWorld(heap, objects, SIZE);
    const wwClass = yield* allocate(heap, WwClass);
    yield* wwClassInit(wwClass, algorithm);
    for (let index = 0; index < objects; index++) yield* wwMutexInit(lockAt(root, index), wwClass);
    if (context === "no") return root;
    yield* write(root + CONTEXTS, yield* contextTable(heap, tasks));
    return root;
  },
  *begin(root) {
    const contexts = peek(root + CONTEXTS);
    if (contexts === 0) return;
    const wwClass = peek(lockAt(root, 0) + WwMutex.at.wwClass);
    yield* wwAcquireInit(contextOf(contexts), wwClass);
  },
  enter,
  leave,
  *sum(root) {
    return yield* sumOfCounters(root, SIZE);
  },
});
export default definition;
