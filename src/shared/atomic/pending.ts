import type { Addr } from "./step.ts";
import { STEP, type StepKind } from "./step-kind.ts";

/**
 * The step that the generator just resumed will take when resumed again. `addr` is its word, `value` its
 * operand (for CHOOSE the number of outcomes, for ALLOCATE and FREE the size in words), `expected` what CAS
 * and WAIT compare with. `first` is true for the first access of a primitive. The driver answers a CHOOSE by
 * writing the outcome to `value` before it resumes, and asks for call stacks by `trace`.
 */
export const pending: {
  kind: StepKind;
  addr: Addr;
  value: number;
  expected: number;
  first: boolean;
  trace: boolean;
  stack: string;
} = { kind: STEP.NONE, addr: 0, value: 0, expected: 0, first: false, trace: false, stack: "" };

/**
 * The primitive (lock or refcount operation) that the running task is inside: how deep, on which object (for a
 * ww-mutex its class) and lock, and whether its first access is still to come. A driver that switches tasks keeps
 * one of these a task.
 */
export const primitive: { depth: number; object: Addr; self: Addr; fresh: boolean } = {
  depth: 0,
  object: 0,
  self: 0,
  fresh: false,
};

/**
 * How far a resumed task goes before it stops. `byLock`: to the end of a primitive that it has begun. `ahead`: that
 * many steps more, as long as the driver has no part in them; counted down here. `follow`: asked in front of each
 * step, true to go on. `on`: any of the three.
 */
export const pace: {
  on: boolean;
  byLock: boolean;
  ahead: number;
  follow: (() => boolean) | undefined;
} = { on: false, byLock: false, ahead: 0, follow: undefined };

/** Tasks and reads a task that a spin loop's memory has room for; the latest reads are the loop's own. */
const TASKS = 64;
const READS = 8;

/**
 * The reads of each task since its last turn of a spin loop, each word once with the value it saw last: what the loop
 * waits to see changed. `looping`: 1 while a task has done nothing but look since that turn, so that the reads are the
 * loop's own; else its first turn is free, since nobody knows where the loop began.
 */
export const spin: {
  readonly reads: number;
  task: number;
  readonly count: Int32Array;
  readonly addr: Int32Array;
  readonly value: Int32Array;
  readonly looping: Uint8Array;
} = {
  reads: READS,
  task: 0,
  count: new Int32Array(TASKS),
  addr: new Int32Array(TASKS * READS),
  value: new Int32Array(TASKS * READS),
  looping: new Uint8Array(TASKS),
};
