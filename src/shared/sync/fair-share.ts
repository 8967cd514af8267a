import { type Addr, doze, peek, poke, spinLimit } from "../atomic/index.ts";
import { countFor, STAT } from "../stats.ts";
import { currentBlock, currentTask, TASK, taskBlock, taskCount } from "../task.ts";
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
let absentTurns = 0;
/** What `leads` and `isWanted`, which ask at different times, each saw of the task behind when they last asked. */
const inLead = { task: -1, served: 0 };
const inAbsence = { task: -1, served: 0 };

/** Adds sections that this task has had of a lock that others want. */
export function serve(sections: number): void {
  const word = currentBlock() + TASK.SERVED;
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
  if (isNews(inAbsence, behind)) absentTurns = 0;
  return ++absentTurns <= PATIENT_TURNS || isQueued(behind, lock);
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
  const word = currentBlock() + TASK.PARK;
  owesTime = false;
  countFor(STAT.SLEEPS, 1);
  doze(word, peek(word), DOZE_MS);
}

function isSharing(): boolean {
  return taskCount() > coresOfRun() && sharesCores() && spinLimit() !== 0;
}

/** True if this task did not want the lock before. What it had of others, or missed meanwhile, does not count here. */
function joins(lock: Addr): boolean {
  const block = currentBlock();
  if (peek(block + TASK.CONTENDS) === lock) return false;
  poke(block + TASK.CONTENDS, lock);
  const behind = furthestBehind(lock);
  if (behind >= 0) poke(block + TASK.SERVED, servedOf(behind));
  return true;
}

/** Whoever has had nothing since the last look may want something else by now: it is not waited for, but in the queue. */
function leads(lock: Addr): boolean {
  const behind = furthestBehind(lock);
  if (behind < 0) return false;
  if (((peek(currentBlock() + TASK.SERVED) - servedOf(behind)) | 0) <= LEAD) return false;
  return isNews(inLead, behind) || isQueued(behind, lock);
}

/** True if the task is another than at the last sight, or has been served since; it is the last sight from here on. */
function isNews(sight: { task: number; served: number }, task: number): boolean {
  const sections = servedOf(task);
  const isOther = task !== sight.task || sections !== sight.served;
  sight.task = task;
  sight.served = sections;
  return isOther;
}

function isQueued(task: number, lock: Addr): boolean {
  return peek(taskBlock(task) + TASK.WAITS_FOR) === lock;
}

function servedOf(task: number): number {
  return peek(taskBlock(task) + TASK.SERVED);
}

/** Of the other tasks that want the lock the one that has had the least, or -1. */
function furthestBehind(lock: Addr): number {
  const me = currentTask();
  let found = -1;
  let least = 0;
  for (let task = 0; task < taskCount(); task++) {
    if (task === me || peek(taskBlock(task) + TASK.CONTENDS) !== lock) continue;
    const sections = servedOf(task);
    if (found >= 0 && ((sections - least) | 0) >= 0) continue;
    found = task;
    least = sections;
  }
  return found;
}
