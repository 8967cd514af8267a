import type { primings } from "../record/lock-trace.ts";
import { type Engine, plainly } from "./engine.ts";
import type { Evidence } from "./evidence.ts";
import { type LockInstance, newTask } from "./held.ts";
import type { World } from "./world.ts";

/**
 * Adds the dependencies that the kernel makes at boot, so that the first driver that breaks them is reported.
 * @kernel drivers/dma-buf/dma-resv.c: dma_resv_lockdep(); dma-fence.c: __dma_fence_might_wait()
 */
export function prime(
  _rule: (typeof primings)[number],
  engine: Engine,
  evidence: Evidence | undefined,
  world: World,
): void {
  const task = newTask("boot");
  const hold = (lock: LockInstance, read = 0, nest?: LockInstance) =>
    engine.acquire(task, lock, { ...plainly, read, nest });
  const drop = (lock: LockInstance) => engine.release(task, lock);
  const mmap = world.make("mmap_lock", "&mm->mmap_lock", "rwsem");
  const context = world.contextMap("boot", "reservation_ww_class");
  const resv = world.make("resv", "reservation_ww_class", "ww_mutex");
  const mapping = world.make("i_mmap_rwsem", "&mapping->i_mmap_rwsem", "rwsem");
  const fence = world.make("dma_fence_map", "dma_fence_map", "map");
  hold(mmap, 1);
  hold(context);
  hold(resv, 0, context);
  hold(world.reclaim);
  hold(world.notifier);
  drop(world.notifier);
  hold(mapping);
  drop(mapping);
  hold(world.notifier);
  hold(fence);
  for (const lock of [fence, world.notifier, world.reclaim, resv, context, mmap]) drop(lock);
  if (evidence === undefined) return;
  // Any task may do the same: nothing that one task did there is a fact about all.
  for (const row of evidence.wantsByClass.values())
    for (const { from, to, kinds } of row.values()) evidence.assume(from, to, kinds);
}
