import { type Addr, doze, peek, poke, spinLimit } from "../atomic/index.ts";
import { countFor, STAT } from "../stats.ts";
import { currentTask, TASK, taskBlock, taskCount } from "../task.ts";
import { coresOfRun, sharesCores } from "./lock-policy.ts";

// Turns are fair to those that run. With more tasks than cores it is the scheduler's slices that say who does, and two that
// run together hand a lock over faster than two others. So sections are counted, and who is too far ahead sleeps.
// @paper Patel et al., "Avoiding Scheduler Subversion using Scheduler-Cooperative Locks", EuroSys 2020

/** Sections that a task may be ahead of another that wants the same lock: a millisecond of the two, or less. */
export const LEAD = 8192;
/** Milliseconds that it then sleeps. */
const DOZE_MS = 1;
/** Looks at the others cost transfers of their lines, so one turn in so many has one. */
export const TURNS_A_LOOK = 16;
/** Turns that a task is taken to be off its core: more than a slice of the scheduler. */
export const PATIENT_TURNS = 4096;

let turns = 0;
let owesTime = false;
let lastBehind = -1;
let lastServed = 0;
let absent = -1;
let absentServed = 0;
let absentTurns = 0;

/** Adds sections that this task has had of a lock that others want. */
export function serve(sections: number): void {
  const word = taskBlock(currentTask()) + TASK.SERVED;
  poke(word, (peek(word) + sections) | 0);
}

/**
 * True if some other task wants the lock, be it off its core now: it has had to wait for it and has been served in the last
 * `PATIENT_TURNS`, or is in the queue. A turn of this task has ended. Only where tasks share cores.
 */
export function isWanted(lock: Addr): boolean {
  if (!isSharing()) return false;
  const behind = furthestBehind(lock);
  if (behind < 0) return false;
  const block = taskBlock(behind);
  const least = peek(block + TASK.SERVED);
  if (behind !== absent || least !== absentServed) absentTurns = 0;
  absent = behind;
  absentServed = least;
  return ++absentTurns <= PATIENT_TURNS || peek(block + TASK.WAITS_FOR) === lock;
}

/**
 * True if this task, which wants the lock, is so far ahead of another that wants it that `giveTime` is due. A turn of it
 * has ended.
 */
export function isAhead(lock: Addr): boolean {
  if (!isSharing()) return false;
  if (!owesTime && !joins(lock) && ++turns % TURNS_A_LOOK === 0) owesTime = leads(lock);
  return owesTime;
}

/** Sleeps for a little. Ends by itself, whatever the others do. */
export function giveTime(): void {
  const word = taskBlock(currentTask()) + TASK.PARK;
  owesTime = false;
  countFor(STAT.SLEEPS, 1);
  doze(word, peek(word), DOZE_MS);
}

function isSharing(): boolean {
  return taskCount() > coresOfRun() && sharesCores() && spinLimit() !== 0;
}

/** True if this task did not want the lock before. What it had of others, or missed meanwhile, does not count here. */
function joins(lock: Addr): boolean {
  const block = taskBlock(currentTask());
  if (peek(block + TASK.CONTENDS) === lock) return false;
  poke(block + TASK.CONTENDS, lock);
  const behind = furthestBehind(lock);
  if (behind >= 0) poke(block + TASK.SERVED, peek(taskBlock(behind) + TASK.SERVED));
  return true;
}

/** Whoever has had nothing since the last look may want something else by now: it is not waited for, but in the queue. */
function leads(lock: Addr): boolean {
  const behind = furthestBehind(lock);
  if (behind < 0) return false;
  const block = taskBlock(behind);
  const least = peek(block + TASK.SERVED);
  if (((peek(taskBlock(currentTask()) + TASK.SERVED) - least) | 0) <= LEAD) return false;
  const isNews = behind !== lastBehind || least !== lastServed;
  lastBehind = behind;
  lastServed = least;
  return isNews || peek(block + TASK.WAITS_FOR) === lock;
}

/** Of the other tasks that want the lock the one that has had the least, or -1. */
function furthestBehind(lock: Addr): number {
  const me = currentTask();
  let found = -1;
  let least = 0;
  for (let task = 0; task < taskCount(); task++) {
    const block = taskBlock(task);
    if (task === me || peek(block + TASK.CONTENDS) !== lock) continue;
    const sections = peek(block + TASK.SERVED);
    if (found >= 0 && ((sections - least) | 0) >= 0) continue;
    found = task;
    least = sections;
  }
  return found;
}
