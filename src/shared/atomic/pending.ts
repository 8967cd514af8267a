import type { Addr } from "./step.ts";
import { STEP, type StepKind } from "./step-kind.ts";

/**
 * The step that the generator just resumed will take when resumed again. `addr` is its word, `value` its
 * operand (for CHOOSE the number of outcomes, for ALLOCATE and FREE the size in words), `expected` what CAS
 * and WAIT compare with. The driver answers a CHOOSE by writing the outcome to `value` before it resumes.
 */
export const pending: { kind: StepKind; addr: Addr; value: number; expected: number } = {
  kind: STEP.NONE,
  addr: 0,
  value: 0,
  expected: 0,
};

/**
 * The primitive (lock or refcount operation) that the running task is inside: how deep, on which object, and how
 * many it has entered so far. A driver that switches tasks keeps one of these a task.
 */
export const primitive: { depth: number; object: Addr; entered: number } = {
  depth: 0,
  object: 0,
  entered: 0,
};
