/**
 * The words that every door and the coordinator know by number. They sit at the start of the arena, one
 * 64-byte line each where tasks write them, so that reading ABORT never misses because of a neighbour.
 */
export const CONTROL = {
  /** Kept 0: the null pointer. */
  NULL: 0,
  /** 1 ends every wait and every spin of the current batch (tasks throw `RunAborted`). */
  ABORT: 16,
  /** 1 asks tasks to stop after the batch they are in (soak: after the operation they are in). */
  STOP: 17,
  /** A word nobody changes: a spinning task sleeps on it for a moment. */
  RELAX: 32,
  /** Tasks that have arrived at the current barrier. */
  BARRIER_ARRIVED: 48,
  /** Barriers passed; waiters sleep on it. */
  BARRIER_ROUND: 64,
  /** 1 once the tasks have agreed to stop after this batch. Written only inside a barrier. */
  LAST_BATCH: 65,
  /** 1 if the batch just swept was aborted or violated: its worlds are not checked. Written only inside a barrier. */
  BATCH_BROKEN: 66,
  /** Violations reported before this batch. Written only inside a barrier. */
  BATCH_VIOLATIONS: 67,
  /** Violations reported so far. Also the index of the next free slot of the table. */
  VIOLATIONS: 80,
} as const;

/** Words of the control block. */
export const CONTROL_WORDS = 128;
