import type { Addr } from "./atomic/index.ts";

/**
 * A task's own block in the arena. Each group starts a 64-byte line, so that a waker, the watchdog and the
 * task itself do not slow each other down.
 */
export const TASK = {
  /** Futex word: a waker bumps and notifies it. One a task, so that a wound or a signal reaches a task asleep on any lock. */
  PARK: 0,
  /** The lock that the task spins on, or 0. Whoever gives way to the task puts 0 there. */
  SPINS_ON: 1,
  /** The lock that the task last had to wait for. */
  CONTENDS: 2,
  /** Sections that it has had of locks that others wanted too. */
  SERVED: 3,
  /** What the task is doing: one of `TASK_STATE`. */
  STATE: 16,
  /** Lock (or wait queue) that the task waits for, or 0. */
  WAITS_FOR: 17,
  /** How it waits there: one of `WAIT_KIND`. */
  WAIT_KIND: 18,
  /** Counts waits: two looks of the watchdog at the same wait see the same number. */
  WAIT_SEQUENCE: 19,
  /** 1 while a signal is pending: interruptible waits return EINTR. */
  SIGNAL: 20,
  /** World the task is in, or -1. */
  WORLD: 21,
  /** Object that the task works on right now, or 0: what overlap is measured by. */
  OBJECT: 22,
  /** 1 while the task reclaims (PF_MEMALLOC): its allocations do not reclaim again. */
  MEMALLOC: 23,
  /** Worlds (soak: operations) done in this batch: tasks pace themselves by it. */
  PROGRESS: 24,
  /** The acquire context this task has open, or 0. */
  WW_CONTEXT: 25,
  /** What the task's park word was when it went to sleep: if it still is, nobody has woken it. */
  TICKET: 26,
  /** Batch that the task is in, from 0. */
  BATCH: 27,
  /** Spinlocks held and interrupts entered: above 0 the task must not sleep. @kernel preempt_count() */
  ATOMIC: 28,
  /** The allocation from now that fails, 1 the next one; 0: none. @kernel lib/fault-inject.c: fail_nth */
  FAIL_NTH: 29,
  /** Nested calls of functions that guard against calling themselves without end. */
  DEPTH: 30,
  /** For a wait of kind WORD: what the word at WAITS_FOR was when the task went to sleep. */
  EXPECTED: 31,
  /** Links and facts of the task's waiter: a task waits on one list at a time. */
  WAITER_NEXT: 32,
  WAITER_PREVIOUS: 33,
  WAITER_CONTEXT: 34,
  /** For rwsem: 1 waits to read, 2 waits to write. For a wait queue: 1 once woken. */
  WAITER_MODE: 35,
  /** The lock that the task keeps taking past a woken waiter, how often it has, and since when in sixteenths of a millisecond. */
  PASSED_LOCK: 36,
  PASSES: 37,
  PASSING_SINCE: 38,
  /** Sections of the task's turn: had past others since it last gave way, or was to. */
  TURN: 39,
  /** Words of the task's stack that other tasks may be shown (the LRU walk's private list). */
  STACK: 40,
} as const;

/** Words of a task's block. */
export const TASK_WORDS = 48;

/** Values of `TASK.STATE`. */
export const TASK_STATE = { IDLE: 0, RUNNING: 1, PARKED: 2, AT_BARRIER: 3, FINISHED: 4, DEAD: 5 } as const;

/** Values of `TASK.WAIT_KIND`. */
export const WAIT_KIND = { NONE: 0, LOCK: 1, READ: 2, WRITE: 3, EVENT: 4, SPIN: 5, WORD: 6 } as const;

/** Most tasks of one run: a task id has to fit the owner word of a lock beside its flag bits. */
export const MAX_TASKS = 64;

/** Bits of a sleeping lock's owner word below the task: see sync/owner-word.ts. */
export const OWNER_SHIFT = 8;

let current = 0;
let ownerWord = 1 << OWNER_SHIFT;
let blocks = 0;
let block = 0;
let tasks = 1;

/** Says where the blocks of the tasks start and how many there are. Once a thread, before anything else. */
export function placeTasks(base: Addr, count: number): void {
  blocks = base;
  block = taskBlock(current);
  tasks = count;
}

/** Tasks of this run. */
export function taskCount(): number {
  return tasks;
}

/** Says which task runs from here on. The stepper does it before each step, a worker once. */
export function setCurrentTask(task: number): void {
  current = task;
  ownerWord = (task + 1) << OWNER_SHIFT;
  block = taskBlock(task);
}

/** The id of the running task, from 0. The kernel's `current`. */
export function currentTask(): number {
  return current;
}

/** What the running task writes into a sleeping lock that it takes: its id plus 1, past the flag bits. */
export function currentOwnerWord(): number {
  return ownerWord;
}

/** Address of the running task's block. */
export function currentBlock(): Addr {
  return block;
}

/** Address of a task's block. */
export function taskBlock(task: number): Addr {
  return blocks + task * TASK_WORDS;
}
