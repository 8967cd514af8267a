import { type Addr, add, load, read, type Step, write } from "#shared/atomic/index";
import { gemGet, gemPut } from "#shared/drm/gem";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { Spinlock, spinLock, spinUnlock } from "#shared/sync/spinlock";
import { report } from "#shared/violation";
import type { Scenario } from "../define.ts";
import {
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

/** A file's table of one handle, and what the driver's open and close count. */
const File: Layout<"lock" | "slot" | "opened"> = struct("b14_file", {
  lock: Spinlock,
  slot: "plain",
  opened: "atomic",
});

const { lock: LOCK, slot: SLOT, opened: OPENED } = File.at;

function* publish(file: Addr, object: Addr): Step<void> {
  yield* spinLock(file + LOCK);
  yield* write(file + SLOT, object);
  yield* spinUnlock(file + LOCK);
}

/** The handle is in the table before the driver has opened it, or after. @kernel drivers/gpu/drm/drm_gem.c: drm_gem_handle_create_tail() */
function* create(root: Addr, repaired: boolean): Step<void> {
  const file = otherOfWorld(root);
  const object = objectOfWorld(root);
  yield* gemGet(object);
  if (!repaired) yield* publish(file, object);
  yield* add(file + OPENED, 1);
  if (repaired) yield* publish(file, object);
  yield* gemPut(object);
}

/** Closes the handle, if it is there. @kernel drivers/gpu/drm/drm_gem.c: drm_gem_handle_delete() */
function* remove(root: Addr): Step<void> {
  const file = otherOfWorld(root);
  yield* spinLock(file + LOCK);
  const object = yield* read(file + SLOT);
  yield* write(file + SLOT, 0);
  yield* spinUnlock(file + LOCK);
  if (object === 0) return;
  const opened = yield* add(file + OPENED, -1);
  if (opened < 1) report("invariant", file + OPENED, opened);
  yield* gemPut(object);
}

const definition: Scenario<PairParams> = pair({
  name: "bug/b14-handle-half-open",
  claim: "a handle is closed only after it was opened",
  source: "drm/gem: Fix race in drm_gem_handle_create_tail(), bd46cece51a3 (2025)",
  kinds: ["invariant"],
  broken: "the handle is in the table before open, and another thread closes it there",
  repaired: "the slot is filled last",
  words: SMALL_WORLD + 20,
  *setup(heap) {
    const root = yield* neighbourWorld(heap, { design: "lock" });
    yield* makeObject(root, 1);
    yield* setOther(root, yield* allocate(heap, File));
    return root;
  },
  tasks: [
    { name: "create", run: create },
    { name: "close-guessed", run: remove },
  ],
  *check(root, heap) {
    yield* remove(root);
    if ((yield* load(otherOfWorld(root) + OPENED)) !== 0) report("invariant", otherOfWorld(root) + OPENED, 1);
    yield* checkAllFreed(deviceOfWorld(root), heap, 4);
  },
});

export default definition;
