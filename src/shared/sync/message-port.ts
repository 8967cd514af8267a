import { type Addr, enterPrimitive, leavePrimitive, read, type Step, write } from "../atomic/index.ts";
import { EAGAIN, EPIPE } from "../errno.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { currentTask, WAIT_KIND } from "../task.ts";
import { park, parkTicket, unpark, waitsFor, waitsForNothing } from "./park.ts";
import { rawSpinLock, rawSpinUnlock } from "./raw-spin.ts";
import { addWaiter, firstWaiter, nextWaiter, removeWaiter, WaitList } from "./waiters.ts";

/** Messages that a port holds. */
export const PORT_SLOTS = 4;

/**
 * One direction of a message channel: a queue of messages (numbers from 0 up), first in, first out, with an end.
 * Ordered by its own lock, so what was done before a `portPost` is seen behind the `portReceive` of that message.
 */
export const MessagePort: Layout<
  "lock" | "count" | "closed" | "waiters" | "slot0" | "slot1" | "slot2" | "slot3"
> = struct("message_port", {
  lock: "atomic",
  /** Messages that nobody has taken; the oldest is in slot 0. */
  count: "plain",
  closed: "plain",
  waiters: WaitList,
  slot0: "plain",
  slot1: "plain",
  slot2: "plain",
  slot3: "plain",
});

const { lock: LOCK, count: COUNT, closed: CLOSED, waiters: LIST, slot0: SLOTS } = MessagePort.at;

/** Puts a message in and wakes a receiver; 0, EPIPE once the port is closed, or EAGAIN where it is full. */
export function* portPost(port: Addr, message: number): Step<number> {
  enterPrimitive(port, 0);
  yield* rawSpinLock(port + LOCK);
  const error = yield* put(port, message);
  if (error === 0) yield* wakeFirst(port);
  yield* rawSpinUnlock(port + LOCK);
  leavePrimitive();
  return error;
}

/** Takes the oldest message without waiting; EAGAIN if there is none, EPIPE if there will be none. */
export function* portTryReceive(port: Addr): Step<number> {
  enterPrimitive(port, 0);
  yield* rawSpinLock(port + LOCK);
  const message = yield* take(port);
  yield* rawSpinUnlock(port + LOCK);
  leavePrimitive();
  return message;
}

/** Takes the oldest message, sleeping until there is one; EPIPE once the port is closed and empty. */
export function* portReceive(port: Addr): Step<number> {
  enterPrimitive(port, 0);
  const me = currentTask() + 1;
  yield* rawSpinLock(port + LOCK);
  let message = yield* take(port);
  while (message === EAGAIN) {
    yield* addWaiter(port + LIST, me, 0);
    waitsFor(port, WAIT_KIND.EVENT);
    const ticket = yield* parkTicket();
    yield* rawSpinUnlock(port + LOCK);
    yield* park(ticket);
    yield* rawSpinLock(port + LOCK);
    // Still on the list where the wake-up was for something else.
    if (yield* isQueued(port, me)) yield* removeWaiter(port + LIST, me);
    message = yield* take(port);
  }
  yield* rawSpinUnlock(port + LOCK);
  waitsForNothing();
  leavePrimitive();
  return message;
}

/** Nothing can be posted from here on; what is in the port can still be received. Wakes all receivers. */
export function* portClose(port: Addr): Step<void> {
  yield* portMarkClosed(port, true);
}

/** Closes the port; `wake` false leaves those asleep who wait for a message: a deliberate fault. */
export function* portMarkClosed(port: Addr, wake: boolean): Step<void> {
  enterPrimitive(port, 0);
  yield* rawSpinLock(port + LOCK);
  yield* write(port + CLOSED, 1);
  while (wake && (yield* wakeFirst(port)));
  yield* rawSpinUnlock(port + LOCK);
  leavePrimitive();
}

function* put(port: Addr, message: number): Step<number> {
  if ((yield* read(port + CLOSED)) !== 0) return EPIPE;
  const count = yield* read(port + COUNT);
  if (count === PORT_SLOTS) return EAGAIN;
  yield* write(port + SLOTS + count, message);
  yield* write(port + COUNT, count + 1);
  return 0;
}

function* take(port: Addr): Step<number> {
  const count = yield* read(port + COUNT);
  if (count === 0) return (yield* read(port + CLOSED)) === 0 ? EAGAIN : EPIPE;
  const message = yield* read(port + SLOTS);
  for (let slot = 1; slot < count; slot++)
    yield* write(port + SLOTS + slot - 1, yield* read(port + SLOTS + slot));
  yield* write(port + COUNT, count - 1);
  return message;
}

function* wakeFirst(port: Addr): Step<boolean> {
  const first = yield* firstWaiter(port + LIST);
  if (first === 0) return false;
  yield* removeWaiter(port + LIST, first);
  yield* unpark(first - 1);
  return true;
}

function* isQueued(port: Addr, me: number): Step<boolean> {
  let waiter = yield* firstWaiter(port + LIST);
  while (waiter !== 0 && waiter !== me) waiter = yield* nextWaiter(waiter);
  return waiter === me;
}
