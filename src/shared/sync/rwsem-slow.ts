import {
  type Addr,
  add,
  compareExchange,
  load,
  milliseconds,
  or,
  type Step,
  store,
} from "../atomic/index.ts";
import { currentTask, TASK, taskBlock, WAIT_KIND } from "../task.ts";
import { park, parkTicket, unpark, waitsFor, waitsForNothing } from "./park.ts";
import { rawSpinLock, rawSpinUnlock } from "./raw-spin.ts";
import { addWaiter, firstWaiter, nextWaiter, removeWaiter } from "./waiters.ts";

/** The count word of a rwsem. @kernel kernel/locking/rwsem.c: RWSEM_WRITER_LOCKED and following */
export const RWSEM = { WRITER: 1, WAITING: 2, HANDOFF: 4, READER: 256 } as const;

/** Milliseconds that the first in the queue waits before barging ends. @kernel kernel/locking/rwsem.c: RWSEM_WAIT_TIMEOUT */
export const RWSEM_BARGE_MS = 4;

const { WRITER, WAITING, HANDOFF, READER } = RWSEM;
const WAIT_LOCK = 1;
const LIST = 2;
const WANTS_READ = 1;
const WANTS_WRITE = 2;
const GRANTED = 0;

function modeOf(waiter: number): Addr {
  return taskBlock(waiter - 1) + TASK.WAITER_MODE;
}

/** The reader has added itself to the count but may not be in: queues it. @kernel kernel/locking/rwsem.c: rwsem_down_read_slowpath() */
export function* readSlow(sem: Addr): Step<void> {
  const me = currentTask() + 1;
  yield* rawSpinLock(sem + WAIT_LOCK);
  const first = yield* firstWaiter(sem + LIST);
  if (first === 0 && ((yield* load(sem)) & WRITER) === 0) {
    // The writer left in the meantime: the hold taken on entry stands.
    yield* rawSpinUnlock(sem + WAIT_LOCK);
    return;
  }
  yield* store(modeOf(me), WANTS_READ);
  yield* addWaiter(sem + LIST, me, 0);
  if (first === 0) yield* or(sem, WAITING);
  const before = yield* add(sem, -READER);
  waitsFor(sem, WAIT_KIND.READ);
  // This task's short-lived hold may have kept a writer out, or the lock may be free by now. Who is first joins
  // readers that hold it: a writer that downgraded before WAITING was set has woken nobody.
  if ((before & WRITER) === 0 && (first === 0 || before - READER < READER)) yield* wakeFirst(sem);
  for (;;) {
    const ticket = yield* parkTicket();
    if ((yield* load(modeOf(me))) === GRANTED) break;
    yield* rawSpinUnlock(sem + WAIT_LOCK);
    yield* park(ticket);
    yield* rawSpinLock(sem + WAIT_LOCK);
  }
  yield* rawSpinUnlock(sem + WAIT_LOCK);
  waitsForNothing();
}

/** Queues a writer. @kernel kernel/locking/rwsem.c: rwsem_down_write_slowpath() */
export function* writeSlow(sem: Addr): Step<void> {
  const me = currentTask() + 1;
  yield* rawSpinLock(sem + WAIT_LOCK);
  yield* store(modeOf(me), WANTS_WRITE);
  yield* addWaiter(sem + LIST, me, 0);
  yield* or(sem, WAITING);
  waitsFor(sem, WAIT_KIND.WRITE);
  const since = milliseconds();
  for (;;) {
    const ticket = yield* parkTicket();
    if (yield* tryWrite(sem, me)) break;
    if ((yield* firstWaiter(sem + LIST)) === me && milliseconds() - since >= RWSEM_BARGE_MS)
      yield* or(sem, HANDOFF);
    yield* rawSpinUnlock(sem + WAIT_LOCK);
    yield* park(ticket);
    yield* rawSpinLock(sem + WAIT_LOCK);
  }
  yield* removeWaiter(sem + LIST, me);
  yield* rawSpinUnlock(sem + WAIT_LOCK);
  waitsForNothing();
}

/** @kernel kernel/locking/rwsem.c: rwsem_try_write_lock() */
function* tryWrite(sem: Addr, me: number): Step<boolean> {
  const first = yield* firstWaiter(sem + LIST);
  const alone = first === me && (yield* nextWaiter(me)) === 0;
  let count = yield* load(sem);
  for (;;) {
    if (count >= READER || (count & WRITER) !== 0) return false;
    if ((count & HANDOFF) !== 0 && first !== me) return false;
    const next = ((count | WRITER) & ~HANDOFF & (alone ? ~WAITING : -1)) | 0;
    const seen = yield* compareExchange(sem, count, next);
    if (seen === count) return true;
    count = seen;
  }
}

/** Wakes who may go on now. @kernel kernel/locking/rwsem.c: rwsem_wake() */
export function* wakeWaiters(sem: Addr): Step<void> {
  yield* rawSpinLock(sem + WAIT_LOCK);
  yield* wakeFirst(sem);
  yield* rawSpinUnlock(sem + WAIT_LOCK);
}

/** Wakes the first writer, or lets in every queued reader if a reader is first. @kernel kernel/locking/rwsem.c: rwsem_mark_wake() */
function* wakeFirst(sem: Addr): Step<void> {
  const first = yield* firstWaiter(sem + LIST);
  if (first === 0) return;
  if ((yield* load(modeOf(first))) === WANTS_WRITE) {
    if (first !== currentTask() + 1) yield* unpark(first - 1);
    return;
  }
  // A hold for the first reader, before looking for a writer: none can come in once it is there.
  const before = yield* add(sem, READER);
  if ((before & WRITER) !== 0) {
    // A writer barged in. The reader lost its turn once; the next is its own, or writers could pass it for ever.
    yield* or(sem, HANDOFF);
    yield* add(sem, -READER);
    return;
  }
  let granted = 0;
  let waiter = first;
  while (waiter !== 0) {
    const next = yield* nextWaiter(waiter);
    if ((yield* load(modeOf(waiter))) === WANTS_READ) {
      yield* removeWaiter(sem + LIST, waiter);
      granted++;
      if (granted > 1) yield* add(sem, READER);
      yield* store(modeOf(waiter), GRANTED);
      if (waiter !== currentTask() + 1) yield* unpark(waiter - 1);
    }
    waiter = next;
  }
  if ((yield* firstWaiter(sem + LIST)) === 0) yield* clear(sem, WAITING | HANDOFF);
  else yield* clear(sem, HANDOFF);
}

function* clear(sem: Addr, flags: number): Step<void> {
  let count = yield* load(sem);
  for (;;) {
    const seen = yield* compareExchange(sem, count, count & ~flags);
    if (seen === count) return;
    count = seen;
  }
}
