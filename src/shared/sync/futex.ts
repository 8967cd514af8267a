import { type Addr, load, poke, read, type Step, write } from "../atomic/index.ts";
import { EAGAIN } from "../errno.ts";
import { type Layout, struct } from "../memory/struct.ts";
import { currentTask, TASK, taskBlock, WAIT_KIND } from "../task.ts";
import { park, parkTicket, unpark, waitsFor, waitsForNothing } from "./park.ts";
import { rawSpinLock, rawSpinUnlock } from "./raw-spin.ts";

// Waiters by address, as an object of the model. `wait` and `notify` of the door only know of tasks that sleep; a
// waiter that nobody sleeps for (Atomics.waitAsync, an entry that its owner left behind) is an entry here and nothing
// else. It lives in the world's memory and not in the door, so every engine runs the same code, and a world that is
// laid out anew has no waiters left over from the one before: real ones cannot be taken back.
// To the explorer these are no single operations, at any granularity: a wait depends on the word as well as on the
// table, and a wake on the sleeper.

/** Waiters that a table holds at a time. */
export const FUTEX_WAITERS = 4;
const ENTRY = { ADDR: 0, TASK: 1, WORDS: 2 } as const;
const NO_TASK = 0;

/** Waiters of all addresses, oldest first: an entry has the address, and the sleeper's task plus 1, or 0. */
export const Futex: Layout<
  "lock" | "count" | "addr0" | "task0" | "addr1" | "task1" | "addr2" | "task2" | "addr3" | "task3"
> = struct("futex", {
  lock: "atomic",
  count: "plain",
  addr0: "plain",
  task0: "plain",
  addr1: "plain",
  task1: "plain",
  addr2: "plain",
  task2: "plain",
  addr3: "plain",
  task3: "plain",
});

const { lock: LOCK, count: COUNT, addr0: ENTRIES } = Futex.at;

/**
 * Sleeps until a wake of the word reaches this task, unless it no longer equals `value`: 0 or EAGAIN.
 * @kernel kernel/futex/waitwake.c: futex_wait()
 */
export function* futexWait(futex: Addr, word: Addr, value: number): Step<number> {
  const me = currentTask() + 1;
  yield* rawSpinLock(futex + LOCK);
  if ((yield* load(word)) !== value) {
    yield* rawSpinUnlock(futex + LOCK);
    return EAGAIN;
  }
  yield* append(futex, word, me);
  poke(taskBlock(me - 1) + TASK.EXPECTED, value);
  waitsFor(word, WAIT_KIND.WORD);
  do {
    const ticket = yield* parkTicket();
    yield* rawSpinUnlock(futex + LOCK);
    yield* park(ticket);
    yield* rawSpinLock(futex + LOCK);
  } while ((yield* find(futex, word, me)) >= 0);
  yield* rawSpinUnlock(futex + LOCK);
  waitsForNothing();
  return 0;
}

/**
 * Leaves a waiter on the word that no task sleeps for, unless it no longer equals `value`: 0 or EAGAIN. It goes when a
 * wake reaches it, and in no other way. As Atomics.waitAsync
 */
export function* futexWaitAsync(futex: Addr, word: Addr, value: number): Step<number> {
  yield* rawSpinLock(futex + LOCK);
  const same = (yield* load(word)) === value;
  if (same) yield* append(futex, word, NO_TASK);
  yield* rawSpinUnlock(futex + LOCK);
  return same ? 0 : EAGAIN;
}

/**
 * Takes up to `count` waiters off the word, oldest first, and wakes those that sleep; returns how many it took.
 * @kernel kernel/futex/waitwake.c: futex_wake()
 */
export function* futexWake(futex: Addr, word: Addr, count: number): Step<number> {
  let taken = 0;
  yield* rawSpinLock(futex + LOCK);
  while (taken < count) {
    const index = yield* find(futex, word, undefined);
    if (index < 0) break;
    const task = yield* read(futex + ENTRIES + index * ENTRY.WORDS + ENTRY.TASK);
    yield* remove(futex, index);
    if (task !== NO_TASK) yield* unpark(task - 1);
    taken++;
  }
  yield* rawSpinUnlock(futex + LOCK);
  return taken;
}

/** The first entry for the word, of one task or of any; -1 if there is none. */
function* find(futex: Addr, word: Addr, task: number | undefined): Step<number> {
  const count = yield* read(futex + COUNT);
  for (let index = 0; index < count; index++) {
    const entry = futex + ENTRIES + index * ENTRY.WORDS;
    if ((yield* read(entry + ENTRY.ADDR)) !== word) continue;
    if (task === undefined || (yield* read(entry + ENTRY.TASK)) === task) return index;
  }
  return -1;
}

function* append(futex: Addr, word: Addr, task: number): Step<void> {
  const count = yield* read(futex + COUNT);
  if (count === FUTEX_WAITERS) throw new Error(`more than ${FUTEX_WAITERS} waiters on one futex table`);
  const entry = futex + ENTRIES + count * ENTRY.WORDS;
  yield* write(entry + ENTRY.ADDR, word);
  yield* write(entry + ENTRY.TASK, task);
  yield* write(futex + COUNT, count + 1);
}

function* remove(futex: Addr, index: number): Step<void> {
  const count = yield* read(futex + COUNT);
  for (let later = index + 1; later < count; later++) {
    const entry = futex + ENTRIES + later * ENTRY.WORDS;
    const [addr, task] = [yield* read(entry + ENTRY.ADDR), yield* read(entry + ENTRY.TASK)];
    yield* write(entry - ENTRY.WORDS + ENTRY.ADDR, addr);
    yield* write(entry - ENTRY.WORDS + ENTRY.TASK, task);
  }
  yield* write(futex + COUNT, count - 1);
}
