import type { ViolationKind } from "#shared/violation";

/** One step of a plan: one access, or one of the other things that a task announces. */
export interface PlannedStep {
  readonly task: number;
  /** One of `STEP`: what the task does. */
  readonly kind: number;
  /** Word it does it to; 0 for none. */
  readonly addr: number;
  /** What a choice of the scenario comes out as, from 0; 0 for all other steps. */
  readonly outcome: number;
}

/** An interleaving that threads can follow: who takes which step, one after the other. */
export interface ThreadPlan {
  /** Tasks of the scenario. Every one of them is started, in order, before the first step. */
  readonly tasks: number;
  readonly steps: readonly PlannedStep[];
}

/** A step as it was taken. */
export interface FollowedStep {
  readonly task: number;
  readonly kind: number;
  readonly addr: number;
  /** The word before the step. */
  readonly before: number;
  /** True if the step wrote its word. */
  readonly wrote: boolean;
}

/**
 * Why a plan could not be followed to its end:
 * `tasks` the scenario has another number of tasks; `other-step` the task was about to do something else;
 * `impossible` it slept and nobody had woken it, or waits for a value that the word did not have; `outcome` its choice has no such outcome;
 * `ended` it had come to its end; `late` it did not come to the end of its turn in time; `died` its worker died.
 */
export type MisfitReason = "tasks" | "other-step" | "impossible" | "outcome" | "ended" | "late" | "died";

/** Where a plan and what the tasks do part. */
export interface Misfit {
  readonly why: MisfitReason;
  /** The step concerned, from 0; -1 before the first, and as many as planned after the last. */
  readonly step: number;
  readonly task: number;
  /** What the plan says; kind and word 0 where it says nothing. */
  readonly planned: { readonly kind: number; readonly addr: number };
  /** What the task was about to do, or, where it is late or dead, did last. */
  readonly met: { readonly kind: number; readonly addr: number } | "ended";
}

/** Where a task was in the end. */
export interface PendingStep {
  /** True once the task has come to its end, by a throw or not. */
  readonly finished: boolean;
  readonly threw: boolean;
  /**
   * True if it cannot take its next step as things are: it sleeps and nobody has woken it, or waits for a value that the
   * word does not have. A task that spins is not known to be blocked.
   */
  readonly blocked: boolean;
  /** The step it would have taken next; its last one if it has finished. */
  readonly kind: number;
  readonly addr: number;
  readonly value: number;
  readonly expected: number;
}

/** What code of the scenario threw, other than to leave a broken world; or why a worker died. */
export interface FollowedThrow {
  /** The task, or -1 for the scenario's check. */
  readonly task: number;
  readonly message: string;
  readonly stack: string;
}

/** What came of following a plan. */
export interface Followed {
  /** Steps taken, with all that a task does before its next one. */
  readonly taken: number;
  /** Why not all of them were taken; absent if they were, or if the run was stopped by its signal. */
  readonly misfit: Misfit | undefined;
  /** True if the signal ended the run. */
  readonly stopped: boolean;
  readonly log: readonly FollowedStep[];
  /** By task. */
  readonly pending: readonly PendingStep[];
  /**
   * The arena when the last step had been taken, or at the misfit; after the check if there was one. As it happened to
   * be where a task was late, dead or stopped. Empty if no task was started.
   */
  readonly words: Int32Array;
  /** What was reported, by tasks and check, oldest first. */
  readonly reports: readonly {
    readonly kind: ViolationKind;
    readonly task: number;
    readonly object: number;
    readonly value: number;
    readonly other: number;
  }[];
  readonly thrown: readonly FollowedThrow[];
}
