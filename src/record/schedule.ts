/** The version of schedule files that is written and read. */
export const SCHEDULE_VERSION = 1;

/** One step of a schedule: who takes it, and how the lot falls where it draws one. */
export interface ScheduleStep {
  /** Index into `tasks`. */
  task: number;
  /** Outcome of a choose; 0 for other steps. */
  outcome: number;
  /** What the step did when the schedule was made, in words: to say what has changed. */
  did: string;
  on: string;
  /** 8 hexadecimal digits over all steps up to this one, with the values they met. */
  hash: string;
}

/** One interleaving of a scenario: enough to run it again. Added in version 1: all of it. */
export interface Schedule {
  format: "refzero-schedule";
  version: typeof SCHEDULE_VERSION;
  /** Catalogue name, or the path of a user's file from the folder of the schedule. */
  scenario: string;
  params: Record<string, string | number>;
  granularity: "atomic" | "lock";
  tasks: string[];
  /** What it ends in, and the object concerned. */
  kind: string;
  object: string | null;
  preemptions: number;
  steps: ScheduleStep[];
  /** Where it comes from: the command that found it. */
  foundBy: string;
}
