import type { Addr, Step } from "#shared/atomic/index";
import { gemPut } from "#shared/drm/gem";
import { allocate } from "#shared/memory/object";
import { Completion, complete, waitForCompletion } from "#shared/sync/completion";
import { enterAtomic, leaveAtomic } from "#shared/sync/might-sleep";
import type { Scenario } from "../define.ts";
import {
  close,
  deviceOfWorld,
  makeObject,
  neighbourWorld,
  objectOfWorld,
  otherOfWorld,
  SMALL_WORLD,
  setOther,
} from "../neighbour/world.ts";
import { checkAllFreed } from "../shmem/world.ts";
import { type PairParams, pair } from "./pair.ts";

/** A packet is sent, in a soft interrupt: the last reference to its pages may go there. */
function* softirq(root: Addr, repaired: boolean): Step<void> {
  enterAtomic();
  if (repaired) yield* complete(otherOfWorld(root));
  else yield* gemPut(objectOfWorld(root));
  leaveAtomic();
}

/** The work queue that the repaired form leaves the put to. */
function* worker(root: Addr, repaired: boolean): Step<void> {
  if (!repaired) return;
  yield* waitForCompletion(otherOfWorld(root));
  yield* gemPut(objectOfWorld(root));
}

const definition: Scenario<PairParams> = pair({
  name: "bug/b19-unmap-in-atomic",
  claim: "the last reference to a buffer may be dropped in an interrupt",
  source: "net: devmem: make dmabuf unbinding scheduled work (2025)",
  kinds: ["sleep-in-atomic"],
  broken: "the free unmaps under the reservation lock, which sleeps, in a soft interrupt",
  repaired: "the interrupt leaves the put to a worker",
  words: SMALL_WORLD + 20,
  *setup(heap) {
    const root = yield* neighbourWorld(heap, { design: "lock" });
    yield* makeObject(root, 2);
    yield* setOther(root, yield* allocate(heap, Completion));
    return root;
  },
  tasks: [
    { name: "softirq", run: softirq },
    { name: "worker", run: worker },
    { name: "unbind", run: close },
  ],
  *check(root, heap) {
    yield* checkAllFreed(deviceOfWorld(root), heap, 4);
  },
});

export default definition;
