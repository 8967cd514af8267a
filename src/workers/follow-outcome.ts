import type { ThreadsOutcome } from "../record/replay-record.ts";
import type { Followed, Misfit, ThreadPlan } from "../record/thread-plan.ts";

/** What one thread did with the same plan: what the threads are held against. */
export interface InOneThread {
  readonly plan: ThreadPlan;
  /** The value that each step met. */
  readonly values: readonly number[];
  /** The arena at the end. */
  readonly words: Int32Array;
  readonly tasks: readonly string[];
  /** What is wrong at the end. */
  readonly kind: string | null;
  readonly object: string | null;
  /** The address of the object. */
  readonly address: number;
}

/** Compares what threads did with what one thread did, and says what they ended in. */
export function outcomeOf(followed: Followed, one: InOneThread): ThreadsOutcome {
  const difference = differenceOf(followed, one);
  const [report] = followed.reports;
  const reported = report ?? null;
  // What nobody reports (a deadlock, a data race) is there because each step and the memory at the end are the same.
  const kind = reported?.kind ?? (difference === null ? one.kind : null);
  return {
    threads: one.plan.tasks,
    taken: followed.taken,
    planned: one.plan.steps.length,
    same: difference === null,
    kind,
    object: reported === null || reported.object === one.address ? (kind === null ? null : one.object) : null,
    difference,
  };
}

function differenceOf(followed: Followed, { plan, values, words, tasks }: InOneThread): string | null {
  const { misfit, stopped, log } = followed;
  if (stopped) return "the run was interrupted";
  if (misfit !== undefined) return misfitText(misfit, tasks);
  for (const [index, step] of plan.steps.entries()) {
    const taken = log[index];
    const same = taken?.task === step.task && taken.kind === step.kind && taken.addr === step.addr;
    if (!same || taken.before !== values[index])
      return `at access ${index + 1} ${tasks[step.task]} met ${taken?.before ?? "nothing"}, not ${values[index]}`;
  }
  const word = words.findIndex((value, at) => followed.words[at] !== value);
  return word < 0 ? null : `word ${word} ended as ${followed.words[word]}, not ${words[word]}`;
}

function misfitText({ why, step, task, met }: Misfit, tasks: readonly string[]): string {
  const doing =
    met === "ended" ? "had come to its end" : `was about to do step kind ${met.kind} on word ${met.addr}`;
  return `at access ${step + 1} ${tasks[task] ?? `task ${task}`} ${doing} (${why})`;
}
