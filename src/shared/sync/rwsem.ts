import {
  type Addr,
  add,
  compareExchange,
  enterPrimitive,
  leavePrimitive,
  load,
  peek,
  poke,
  readOnce,
  type Step,
  writeOnce,
} from "../atomic/index.ts";
import { POISON } from "../memory/poison.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { contended, EVENT, LOCKED, record } from "../recorder/index.ts";
import { currentTask } from "../task.ts";
import { report, reportAndAbandon } from "../violation.ts";
import { mightSleep } from "./might-sleep.ts";
import { RWSEM, readSlow, wakeWaiters, writeSlow } from "./rwsem-slow.ts";
import { WaitList } from "./waiters.ts";

/**
 * A sleeping reader-writer lock. Readers queue behind a waiting writer, a woken reader wakes all readers in the
 * queue, a writer may barge until the first in the queue has waited 4 ms. Not recursive, not even for readers.
 * @kernel kernel/locking/rwsem.c
 */
export const Rwsem: Layout<"count" | "waitLock" | "waiters" | "writer"> = struct("rwsem", {
  /** Bit 0 a writer, bit 1 waiters, bit 2 hand-off, readers from bit 8 up. */
  count: "atomic",
  waitLock: "atomic",
  waiters: WaitList,
  /** Task id plus 1 of the writer, for reports. */
  writer: "atomic",
});

const { LOCK, UNLOCK, TRYLOCK, DOWNGRADE } = EVENT;
const { READ, WAITED } = LOCKED;
const { WRITER, WAITING, HANDOFF, READER } = RWSEM;

function blame(sem: Addr, seen: number): void {
  if (seen === POISON) reportAndAbandon("use-after-free", sem, seen);
}

/** True if the caller holds the lock for writing; reports it if not. */
function* isWriter(sem: Addr): Step<boolean> {
  const writer = yield* readOnce(sem + Rwsem.at.writer);
  if (writer === currentTask() + 1) return true;
  blame(sem, writer);
  report("lock-misuse", sem, peek(sem), writer);
  return false;
}

/** Takes the lock for reading. @kernel kernel/locking/rwsem.c: down_read() */
export function* downRead(sem: Addr): Step<void> {
  mightSleep(sem);
  enterPrimitive(sem, 0);
  const before = yield* add(sem, READER);
  blame(sem, before);
  const free = (before & (WRITER | WAITING | HANDOFF)) === 0;
  if (!free) {
    contended(sem);
    yield* readSlow(sem);
  }
  record(LOCK, sem, free ? READ : READ | WAITED);
  leavePrimitive();
}

/** Takes the lock for reading if it can be had at once; true if it did. @kernel kernel/locking/rwsem.c: down_read_trylock() */
export function* downReadTrylock(sem: Addr): Step<boolean> {
  enterPrimitive(sem, 0);
  let count = yield* load(sem);
  while ((count & (WRITER | WAITING | HANDOFF)) === 0) {
    const seen = yield* compareExchange(sem, count, count + READER);
    if (seen === count) {
      record(TRYLOCK, sem, 1 | READ);
      leavePrimitive();
      return true;
    }
    count = seen;
  }
  record(TRYLOCK, sem, 0);
  leavePrimitive();
  return false;
}

/** Releases a read hold. @kernel kernel/locking/rwsem.c: up_read() */
export function* upRead(sem: Addr): Step<void> {
  enterPrimitive(sem, 0);
  record(UNLOCK, sem, 0);
  const before = yield* add(sem, -READER);
  blame(sem, before);
  if (before < READER) report("lock-misuse", sem, before);
  const after = before - READER;
  if (after < READER && (after & (WRITER | WAITING)) === WAITING) yield* wakeWaiters(sem);
  leavePrimitive();
}

/** Takes the lock for writing. @kernel kernel/locking/rwsem.c: down_write() */
export function* downWrite(sem: Addr): Step<void> {
  mightSleep(sem);
  enterPrimitive(sem, 0);
  const before = yield* compareExchange(sem, 0, WRITER);
  blame(sem, before);
  if (before !== 0) {
    contended(sem);
    yield* writeSlow(sem);
  }
  poke(sem + Rwsem.at.writer, currentTask() + 1);
  record(LOCK, sem, before === 0 ? 0 : WAITED);
  leavePrimitive();
}

/** Takes the lock for writing if it is free; true if it did. @kernel kernel/locking/rwsem.c: down_write_trylock() */
export function* downWriteTrylock(sem: Addr): Step<boolean> {
  enterPrimitive(sem, 0);
  const taken = (yield* compareExchange(sem, 0, WRITER)) === 0;
  if (taken) poke(sem + Rwsem.at.writer, currentTask() + 1);
  record(TRYLOCK, sem, taken ? 1 : 0);
  leavePrimitive();
  return taken;
}

/** Releases the write hold; the caller has it, or `lock-misuse` is reported. @kernel kernel/locking/rwsem.c: up_write() */
export function* upWrite(sem: Addr): Step<void> {
  enterPrimitive(sem, 0);
  record(UNLOCK, sem, 0);
  if (!(yield* isWriter(sem))) return leavePrimitive();
  yield* writeOnce(sem + Rwsem.at.writer, 0);
  const before = yield* add(sem, -WRITER);
  if ((before & WAITING) !== 0) yield* wakeWaiters(sem);
  leavePrimitive();
}

/** Turns the write hold into a read hold; queued readers may come in too. @kernel kernel/locking/rwsem.c: downgrade_write() */
export function* downgradeWrite(sem: Addr): Step<void> {
  enterPrimitive(sem, 0);
  if (!(yield* isWriter(sem))) return leavePrimitive();
  record(DOWNGRADE, sem, 0);
  yield* writeOnce(sem + Rwsem.at.writer, 0);
  const before = yield* add(sem, READER - WRITER);
  if ((before & WAITING) !== 0) yield* wakeWaiters(sem);
  leavePrimitive();
}
