// Where things are in the memory that the scheduled door keeps beside the arena: the plan, whose turn it is, what
// each task is about to do, and what was done. It is no part of the world: a world laid out here has the very
// addresses that it has in the stepper.

/** Words at the start of the turn memory. */
export const TURN = {
  /** Turns that have ended. Turn n is the start of task n, for each task; the steps of the plan come after those. */
  DONE: 0,
  /** Why the plan does not fit what the tasks do: one of `MISFIT`. The turn then stays where it is. */
  MISFIT: 1,
  /** Address of the world's root, once task 0 has laid the world out. */
  ROOT: 2,
  /** Milliseconds on the clock that all tasks look at. */
  CLOCK: 3,
  /** 1 if a task has ended by a throw that is not its way out of a broken world. */
  THREW: 4,
  /** Counts how often a task has fallen asleep. */
  SLEEPS: 5,
  /** Where the blocks of the tasks start. */
  WORDS: 16,
} as const;

/** Values of `TURN.MISFIT`. */
export const MISFIT = {
  NONE: 0,
  /** The task is about to do something else. */
  OTHER_STEP: 1,
  /** The task sleeps and nobody has woken it, or waits for a value that the word does not have. */
  IMPOSSIBLE: 2,
  /** The scenario's choice has no such outcome. */
  OUTCOME: 3,
  /** The task has come to its end. */
  ENDED: 4,
} as const;

/** A task's block, a 64-byte line. */
export const SEAT = {
  /** Futex word: whoever ends the turn before bumps and notifies it. */
  WAKE: 0,
  /** One of `SEAT_STATE`. */
  STATE: 1,
  /** The step that the task takes when it has the turn again, as `pending` of the stepper has it. */
  KIND: 2,
  ADDR: 3,
  VALUE: 4,
  EXPECTED: 5,
  /** When the task fell asleep, by `TURN.SLEEPS`; 0 once somebody has woken it. */
  ASLEEP: 6,
  WORDS: 16,
} as const;

/** Values of `SEAT.STATE`: on its way, returned, or gone by a throw. The stepper's `TASK_AT`, number for number. */
export const SEAT_STATE = { STEP: 0, DONE: 1, THREW: 2 } as const;

/** One step: what is planned, and what the task found. */
export const ENTRY = {
  TASK: 0,
  KIND: 1,
  ADDR: 2,
  OUTCOME: 3,
  /** The word before the step. */
  BEFORE: 4,
  /** 1 if the step wrote its word. */
  WROTE: 5,
  WORDS: 8,
} as const;

/** Address of a task's block. */
export function seatOf(task: number): number {
  return TURN.WORDS + task * SEAT.WORDS;
}

/** Address of the entry of a step, from 0. */
export function entryOf(tasks: number, step: number): number {
  return seatOf(tasks) + step * ENTRY.WORDS;
}

/** How many steps a turn memory of so many tasks plans. */
export function stepsOf(view: Int32Array, tasks: number): number {
  return (view.length - seatOf(tasks)) / ENTRY.WORDS;
}
