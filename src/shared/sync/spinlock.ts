import {
  type Addr,
  compareExchange,
  cpuRelax,
  enterPrimitive,
  exchange,
  leavePrimitive,
  peek,
  poke,
  type Step,
  store,
} from "../atomic/index.ts";
import { POISON } from "../memory/poison.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { contended, EVENT, record } from "../recorder/index.ts";
import { currentTask, TASK, taskBlock, WAIT_KIND } from "../task.ts";
import { report, reportAndAbandon } from "../violation.ts";
import { enterAtomic, leaveAtomic } from "./might-sleep.ts";

/** A spinlock: the holder's task id plus 1, or 0. */
export const Spinlock: Layout<"owner"> = struct("spinlock", { owner: "atomic" });

const { LOCK, UNLOCK, TRYLOCK, WAIT } = EVENT;

/** Takes the lock, spinning. Not recursive. @kernel kernel/locking/spinlock.c: spin_lock() */
export function* spinLock(lock: Addr): Step<void> {
  enterPrimitive(lock, 0);
  const me = currentTask() + 1;
  if ((yield* compareExchange(lock, 0, me)) !== 0) yield* spinContended(lock, me);
  enterAtomic();
  record(LOCK, lock, 0);
  leavePrimitive();
}

/** Takes the lock if it is free; true if it did. @kernel kernel/locking/spinlock.c: spin_trylock() */
export function* spinTrylock(lock: Addr): Step<boolean> {
  enterPrimitive(lock, 0);
  const owner = yield* compareExchange(lock, 0, currentTask() + 1);
  if (owner === POISON) reportAndAbandon("use-after-free", lock, owner);
  const taken = owner === 0;
  if (taken) enterAtomic();
  record(TRYLOCK, lock, taken ? 1 : 0);
  leavePrimitive();
  return taken;
}

/** Releases the lock; the caller holds it, or `lock-misuse` is reported. @kernel kernel/locking/spinlock.c: spin_unlock() */
export function* spinUnlock(lock: Addr): Step<void> {
  enterPrimitive(lock, 0);
  record(UNLOCK, lock, 0);
  const owner = yield* exchange(lock, 0);
  if (owner === currentTask() + 1) leaveAtomic();
  else yield* unlockedByStranger(lock, owner);
  leavePrimitive();
}

function* unlockedByStranger(lock: Addr, owner: number): Step<void> {
  yield* store(lock, owner);
  if (owner === POISON) reportAndAbandon("use-after-free", lock, owner);
  report("lock-misuse", lock, owner, owner);
}

function* spinContended(lock: Addr, me: number): Step<void> {
  const block = taskBlock(me - 1);
  record(WAIT, lock, WAIT_KIND.SPIN);
  contended(lock);
  poke(block + TASK.WAIT_KIND, WAIT_KIND.SPIN);
  poke(block + TASK.WAIT_SEQUENCE, peek(block + TASK.WAIT_SEQUENCE) + 1);
  poke(block + TASK.WAITS_FOR, lock);
  for (let turn = 0; ; turn++) {
    const owner = yield* compareExchange(lock, 0, me);
    if (owner === 0) break;
    if (owner === POISON) reportAndAbandon("use-after-free", lock, owner);
    yield* cpuRelax(turn);
  }
  poke(block + TASK.WAITS_FOR, 0);
  poke(block + TASK.WAIT_KIND, WAIT_KIND.NONE);
}
