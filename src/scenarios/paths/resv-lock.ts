import type { Addr, Step } from "#shared/atomic/index";
import { DmaResv, dmaResvInit, dmaResvLock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { allocate } from "#shared/memory/object";
import type { LockPolicy } from "#shared/sync/lock-policy";
import { WwClass, wwClassInit } from "#shared/sync/ww-context";
import type { ChoiceParam } from "../params.ts";
import { policyParam, type SectionParams, sectionParams } from "./common.ts";
import { type SectionPath, sectionPath } from "./define.ts";
import { anyLock, lockAt, lockWorld, lockWorldWords, sumOfCounters } from "./guarded.ts";

const SIZE = DmaResv.size;

function* enter(root: Addr): Step<Addr> {
  const resv = yield* anyLock(root);
  yield* dmaResvLock(resv, 0);
  return resv + SIZE;
}

function* leave(_root: Addr, counter: Addr): Step<void> {
  yield* dmaResvUnlock(counter - SIZE);
}

type ResvParams = SectionParams & { readonly policy: ChoiceParam<LockPolicy> };

const definition: SectionPath<ResvParams> = sectionPath({
  name: "resv/lock",
  about: "takes a reservation lock without a context, counts, releases it",
  lockClass: "reservation_ww_class_mutex",
  params: { ...sectionParams(), policy: policyParam() },
  tasks: ({ tasks }) => tasks,
  worldWords: ({ objects }) => lockWorldWords(objects, SIZE) + 64,
  *setup(heap, { objects }) {
    const root = yield* lockWorld(heap, objects, SIZE);
    const wwClass = yield* allocate(heap, WwClass);
    yield* wwClassInit(wwClass, "wound-wait");
    for (let index = 0; index < objects; index++) yield* dmaResvInit(lockAt(root, index), wwClass);
    return root;
  },
  enter,
  leave,
  *sum(root) {
    return yield* sumOfCounters(root, SIZE);
  },
});
export default definition;
