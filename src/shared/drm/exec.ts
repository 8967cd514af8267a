import { type Addr, read, type Step, write } from "../atomic/index.ts";
import { EALREADY, EDEADLK, ENOMEM } from "../errno.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { GFP_KERNEL } from "../mm/gfp.ts";
import { allocSmall } from "../mm/reclaim.ts";
import { countFor, STAT } from "../stats.ts";
import { WwContext, wwAcquireFini, wwAcquireInit } from "../sync/ww-context.ts";
import { dmaResvLock, dmaResvLockSlow, dmaResvUnlock } from "./dma-resv.ts";
import { gemGet, gemPut } from "./gem.ts";
import { resvOf } from "./gem-object.ts";

/** Objects that are locked together, in whatever order they come. @kernel include/drm/drm_exec.h: struct drm_exec */
export const DrmExec: Layout<"ticket" | "objects" | "count" | "contended" | "prelocked"> = struct(
  "drm_exec",
  {
    ticket: WwContext,
    /** Table of the objects locked; each has a reference of the exec's. */
    objects: "plain",
    count: "plain",
    /** The object to begin with after a back-off, or 0. Has a reference of the exec's. */
    contended: "plain",
    /** The object that was locked so, and has not been asked for again yet, or 0. */
    prelocked: "plain",
  },
);

const {
  ticket: TICKET,
  objects: OBJECTS,
  count: COUNT,
  contended: CONTENDED,
  prelocked: PRELOCKED,
} = DrmExec.at;

/** Begins; `objects` is a table with room for all that will be locked. @kernel drivers/gpu/drm/drm_exec.c: drm_exec_init() */
export function* drmExecInit(exec: Addr, objects: Addr, wwClass: Addr): Step<void> {
  yield* write(exec + OBJECTS, objects);
  yield* write(exec + COUNT, 0);
  yield* write(exec + CONTENDED, 0);
  yield* write(exec + PRELOCKED, 0);
  yield* wwAcquireInit(exec + TICKET, wwClass);
}

/**
 * Locks an object and takes a reference to it; its table grows by an allocation, under all the locks held. 0, EALREADY
 * for one that is locked, ENOMEM, or EDEADLK: call `drmExecRetryOnContention` and begin again.
 * @kernel drivers/gpu/drm/drm_exec.c: drm_exec_lock_obj()
 */
export function* drmExecLockObj(exec: Addr, pool: Addr, object: Addr): Step<number> {
  if ((yield* read(exec + PRELOCKED)) === object) {
    yield* write(exec + PRELOCKED, 0);
    return 0;
  }
  const resv = yield* resvOf(object);
  const error = yield* dmaResvLock(resv, exec + TICKET);
  if (error === EDEADLK) {
    yield* gemGet(object);
    yield* write(exec + CONTENDED, object);
  }
  if (error !== 0) return error;
  if ((yield* allocSmall(pool, GFP_KERNEL)) !== 0) {
    yield* dmaResvUnlock(resv);
    return ENOMEM;
  }
  yield* gemGet(object);
  yield* locked(exec, object);
  return 0;
}

function* locked(exec: Addr, object: Addr): Step<void> {
  const count = yield* read(exec + COUNT);
  yield* write((yield* read(exec + OBJECTS)) + count, object);
  yield* write(exec + COUNT, count + 1);
}

/**
 * After EDEADLK: drops all, and locks what was contended for, however long that takes. True if it did, and then the caller
 * begins again. @kernel include/drm/drm_exec.h: drm_exec_retry_on_contention()
 */
export function* drmExecRetryOnContention(exec: Addr): Step<boolean> {
  const object = yield* read(exec + CONTENDED);
  if (object === 0) return false;
  countFor(STAT.BACKOFFS, 1);
  yield* unlockAll(exec);
  yield* dmaResvLockSlow(yield* resvOf(object), exec + TICKET);
  yield* write(exec + CONTENDED, 0);
  yield* write(exec + PRELOCKED, object);
  // The reference that was taken when the lock was contended is the table's now.
  yield* locked(exec, object);
  return true;
}

/**
 * Unlocks and puts each object, the last first: an object goes, and may be freed, while those before it are still locked.
 * @kernel drivers/gpu/drm/drm_exec.c: drm_exec_unlock_all()
 */
function* unlockAll(exec: Addr): Step<void> {
  for (let index = (yield* read(exec + COUNT)) - 1; index >= 0; index--) {
    const object = yield* read((yield* read(exec + OBJECTS)) + index);
    yield* dmaResvUnlock(yield* resvOf(object));
    yield* gemPut(object);
  }
  yield* write(exec + COUNT, 0);
  yield* write(exec + PRELOCKED, 0);
}

/** Unlocks and puts all, and ends. @kernel drivers/gpu/drm/drm_exec.c: drm_exec_fini() */
export function* drmExecFini(exec: Addr): Step<void> {
  yield* unlockAll(exec);
  const contended = yield* read(exec + CONTENDED);
  if (contended !== 0) yield* gemPut(contended);
  yield* wwAcquireFini(exec + TICKET);
}

/** Locks every object of a table in one exec, backing off as often as it takes. 0, or ENOMEM with nothing locked but what `drmExecFini` gives back; duplicates count once. @kernel include/drm/drm_exec.h: drm_exec_until_all_locked() */
export function* drmExecLockAll(exec: Addr, pool: Addr, wanted: Addr, count: number): Step<number> {
  let index = 0;
  while (index < count) {
    const error = yield* drmExecLockObj(exec, pool, yield* read(wanted + index));
    if (yield* drmExecRetryOnContention(exec)) {
      index = 0;
      continue;
    }
    if (error !== 0 && error !== EALREADY) return error;
    index++;
  }
  return 0;
}
