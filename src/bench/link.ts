// What the coordinator and the members of a team say to one another, in shared memory: a member that measures must not
// be woken by messages. A line each for words that are looked at while others are written.

/** Words of the link. */
export const LINK = {
  /** Number of the round; raised to begin one. Members sleep on it between rounds. */
  ROUND: 0,
  /** What the round is: one of `ROUND_KIND`. */
  KIND: 1,
  /** Operations between two looks at STOP. */
  CHUNK: 2,
  /** Operations of an `EXACT` round, a member. */
  CALLS: 3,
  /** Members whose world is laid out. */
  READY: 16,
  /** Members that have begun the round: those that fit the cores wait for each other. */
  ARRIVED: 32,
  /** 1 ends the round. */
  STOP: 48,
  /** Members that have ended it. */
  DONE: 64,
} as const;

/** Words of the link. */
export const LINK_WORDS = 80;

/** Kinds of rounds. */
export const ROUND_KIND = {
  /** As many operations as fit until STOP. */
  THROUGHPUT: 0,
  /** The same with a clock around each, which costs more than a lock. */
  LATENCY: 1,
  /** `CALLS` operations each. */
  EXACT: 2,
  /** The last: what must hold in the end is checked. */
  QUIT: 3,
} as const;

/** What a member leaves of a round, as doubles: its operations, the milliseconds they took; in the end, what is counted. */
export const RESULT = { OPS: 0, MS: 1, SUM: 2, WORDS: 8 } as const;
