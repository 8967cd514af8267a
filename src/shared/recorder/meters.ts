/** Shape of the table of lock statistics: two shared words a slot (the lock, who had it last), then counters a task and slot. */
export const METER = {
  /** Locks that are told apart; a power of two. */
  SLOTS: 256,
  /** Slots that are tried for a lock. */
  PROBES: 32,
  /** Shared words a slot. */
  SHARED: 2,
  /** Words a task and slot: a line. */
  WORDS: 16,
  /** One hold in so many is timed; a power of two. */
  TIMED_ONE_IN: 64,
  /** Units of time in a millisecond: ten nanoseconds each, as lock_stat prints two digits of a microsecond. */
  PER_MS: 100_000,
} as const;

/** Words of a slot's counters. */
export const METERED = {
  ACQUISITIONS: 0,
  CONTENTIONS: 1,
  ACQ_BOUNCES: 2,
  CON_BOUNCES: 3,
  WAITS: 4,
  WAIT_TOTAL: 5,
  WAIT_MIN: 6,
  WAIT_MAX: 7,
  HOLDS_TIMED: 8,
  HOLD_TOTAL: 9,
  HOLD_MIN: 10,
  HOLD_MAX: 11,
  READS: 12,
} as const;

/** Words of the table for so many tasks. */
export function meterWords(tasks: number): number {
  return METER.SLOTS * METER.SHARED + tasks * METER.SLOTS * METER.WORDS;
}
