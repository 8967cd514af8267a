import {
  type Addr,
  add,
  cpuRelax,
  load,
  notify,
  peek,
  poke,
  publish,
  type Step,
  spinLimit,
  wait,
} from "../atomic/index.ts";
import { EVENT, record } from "../recorder/index.ts";
import { countFor, STAT } from "../stats.ts";
import { currentBlock, TASK, TASK_STATE, taskBlock } from "../task.ts";

/** Looks for a wake-up before going to sleep, at a word in this task's own line. */
const PARK_SPINS = 100;

/** The number that `park` compares with: read it before the last look at what is waited for. */
export function* parkTicket(): Step<number> {
  return yield* load(currentBlock() + TASK.PARK);
}

/**
 * Sleeps until somebody unparks this task, unless that happened since `ticket` was read. A wake-up says only
 * "look again": callers loop. Spins a little first, since a sleep costs some 40 µs and a spin 0.1 µs.
 */
export function* park(ticket: number): Step<void> {
  const block = currentBlock();
  const most = Math.min(spinLimit(), PARK_SPINS);
  for (let turn = 0; turn < most; turn++) {
    if ((yield* load(block + TASK.PARK)) !== ticket) return;
    yield* cpuRelax(turn);
  }
  poke(block + TASK.TICKET, ticket);
  countFor(STAT.SLEEPS, 1);
  publish(block + TASK.STATE, TASK_STATE.PARKED);
  yield* wait(block + TASK.PARK, ticket);
  publish(block + TASK.STATE, TASK_STATE.RUNNING);
}

/** Wakes a task, whatever it is asleep on. */
export function* unpark(task: number): Step<void> {
  const word = taskBlock(task) + TASK.PARK;
  countFor(STAT.WAKEUPS, 1);
  yield* add(word, 1);
  yield* notify(word, 1);
}

/** Tells the watchdog what this task waits for from here on, until `waitsForNothing`. */
export function waitsFor(lock: Addr, kind: number): void {
  const block = currentBlock();
  record(EVENT.WAIT, lock, kind);
  poke(block + TASK.WAIT_KIND, kind);
  poke(block + TASK.WAIT_SEQUENCE, (peek(block + TASK.WAIT_SEQUENCE) + 1) | 0);
  publish(block + TASK.WAITS_FOR, lock);
}

/** The wait that `waitsFor` announced is over. */
export function waitsForNothing(): void {
  publish(currentBlock() + TASK.WAITS_FOR, 0);
}

/** True if a signal is pending for this task; interruptible waits then return EINTR. @kernel signal_pending() */
export function* signalPending(): Step<boolean> {
  return (yield* load(currentBlock() + TASK.SIGNAL)) !== 0;
}
