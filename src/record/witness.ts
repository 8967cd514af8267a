/** One step of an interleaving, told in full. Steps count from 1. */
export interface WitnessStep {
  step: number;
  /** Name of the task, and its number from 0. */
  task: string;
  id: number;
  /** How the lot fell, where the step drew one; else 0. */
  outcome: number;
  /** Functions that the task was in, the outermost first. */
  calls: string[];
  /** What it did: `read`, `cas`, or the lock or refcount operation's own name. */
  did: string;
  /** The list or lock function that an access of its own was part of, or null. */
  through: string | null;
  /** The word or object it did it to, by name; empty where there is none. */
  on: string;
  /** What came of it: the value read, the change, `taken`, `busy`. */
  effect: string;
  /** `file:line:column`, or null where the stack does not tell. */
  at: string | null;
  /** Locks that the task holds after the step. */
  held: string[];
  /** Why the task before stopped, where this step is another's; else null. */
  switched: string | null;
  /** True if no other task touches the word in this interleaving. */
  isPrivate: boolean;
  /** 8 hexadecimal digits over all steps up to this one, with the values they met. */
  hash: string;
}

/** One of the two accesses of a data race, as KCSAN prints them. */
export interface RaceAccess {
  step: number;
  task: string;
  /** `plain read`, `plain write`, or what the other side was. */
  access: string;
  on: string;
  before: number;
  after: number;
  at: string | null;
}

/** Who changed a word last before it was found wrong. */
export interface LastWriter {
  step: number;
  task: string;
  did: string;
  at: string | null;
}

/** An interleaving that has been run again with everything written down. */
export interface Witness {
  steps: WitnessStep[];
  lastWriter: LastWriter | null;
  /** Both accesses of a data race, the earlier first; else empty. */
  accesses: RaceAccess[];
}
