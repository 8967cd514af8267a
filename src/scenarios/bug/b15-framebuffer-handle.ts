import { type Addr, read, type Step, write } from "#shared/atomic/index";
import { Device } from "#shared/drm/device";
import { DmaBuf } from "#shared/drm/dma-buf";
import { gemPut } from "#shared/drm/gem";
import { Gem } from "#shared/drm/gem-object";
import { primeExport, primePut } from "#shared/drm/prime";
import { mutexLock, mutexUnlock } from "#shared/sync/mutex";
import type { Scenario } from "../define.ts";
import {
  checkFreed,
  deviceOfWorld,
  makeObject,
  neighbourWorld,
  objectOfWorld,
  SMALL_WORLD,
} from "../neighbour/world.ts";
import { type PairParams, pair } from "./pair.ts";

const COUNT = Gem.at.handleCount;

/** The last user of the handles' kind goes: the buffer that the object was exported as goes with it. @kernel drivers/gpu/drm/drm_gem.c: drm_gem_object_handle_free() */
function* dropHandle(root: Addr): Step<void> {
  const object = objectOfWorld(root);
  const lock = deviceOfWorld(root) + Device.at.objectNameLock;
  yield* mutexLock(lock);
  const left = (yield* read(object + COUNT)) - 1;
  yield* write(object + COUNT, left);
  const buffer = left === 0 ? yield* read(object + Gem.at.dmaBuf) : 0;
  if (buffer !== 0) yield* write(object + Gem.at.dmaBuf, 0);
  yield* mutexUnlock(lock);
  if (buffer !== 0) yield* primePut(buffer);
  yield* gemPut(object);
}

/** A framebuffer on screen: looks at the buffer of its object, and goes. */
function* scanOut(root: Addr, repaired: boolean): Step<void> {
  const object = objectOfWorld(root);
  const buffer = yield* read(object + Gem.at.dmaBuf);
  if (buffer !== 0) yield* read(buffer + DmaBuf.at.attachments);
  if (repaired) yield* dropHandle(root);
  else yield* gemPut(object);
}

const definition: Scenario<PairParams> = pair({
  name: "bug/b15-framebuffer-handle",
  claim: "a framebuffer may use the buffer of its object for as long as it owns a reference to the object",
  source: "drm/gem: Acquire references on GEM handles for framebuffers, 5307dce878d4, CVE-2025-38449",
  kinds: ["use-after-free", "data-race"],
  broken: "the last handle is closed, and its buffer goes, while the framebuffer looks at it",
  repaired: "the framebuffer counts as a handle",
  words: SMALL_WORLD + 20,
  *setup(heap, repaired) {
    const root = yield* neighbourWorld(heap, { design: "lock" });
    const object = yield* makeObject(root, 2);
    yield* write(object + COUNT, repaired ? 2 : 1);
    yield* write(object + Gem.at.dmaBuf, yield* primeExport(object));
    return root;
  },
  tasks: [
    { name: "scan-out", run: scanOut },
    { name: "close", run: dropHandle },
  ],
  *check(root, heap) {
    yield* checkFreed(root, 0, heap);
  },
});

export default definition;
