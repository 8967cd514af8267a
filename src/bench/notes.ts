import type { BenchRecord, BenchResult } from "../record/bench-record.ts";
import { ratio } from "./statistics.ts";

/** Fairness below which throughput is said to be bought. */
const FAIR = 0.8;

/** What the numbers say of each other, and what has to be said of them, a sentence each. */
export function notesOf(record: Pick<BenchRecord, "results" | "load" | "machine">): string[] {
  const { results, load, machine } = record;
  return [
    ...(Math.max(load.before, load.after - busyTasks(results)) > 0.5
      ? [
          `load ${load.before.toFixed(1)} at the start on ${machine.cpus} CPUs: ratios of rounds in turns hold, absolute times may not`,
        ]
      : []),
    ...(results.some(({ perTaskTime, tasks }) => perTaskTime && tasks > 1)
      ? ["ns/op is what an operation takes its own task: what it uses up is prepared in between, untimed"]
      : []),
    ...results.flatMap(notesOfOne),
    ...freesOf(results),
  ];
}

/** What this very measurement adds to the load. */
function busyTasks(results: readonly BenchResult[]): number {
  return Math.max(0, ...results.map(({ tasks }) => tasks));
}

function notesOfOne(result: BenchResult): string[] {
  const notes: string[] = [];
  const say = (text: string): void => {
    notes.push(`${result.label}: ${text}`);
  };
  const { sum, violations, fairness, tasks } = result;
  if (sum !== null && !sum.right) say(`lost updates: the counter says ${sum.got}, ${sum.expected} were made`);
  if (violations > 0) say(`${violations} violations reported: what is measured is broken`);
  if (result.noisy) say("noisy: the middle half of the rounds is wider than a tenth of their median");
  if (!result.warmUp.settled)
    say(
      `not steady after ${result.warmUp.rounds} rounds of warming up: its code may still have been compiled`,
    );
  if (tasks > 1 && fairness.minOverMax < FAIR)
    say(
      `unfair: one task had ${fairness.minOverMax.toFixed(2)} of another's operations, which buys throughput`,
    );
  return notes;
}

/** Design `lock` of a free against design `helper`: the number that the argument never had. */
function freesOf(results: readonly BenchResult[]): string[] {
  const frees = results.filter(({ path }) => path === "shmem/free");
  return frees
    .filter(({ params }) => params.design === "lock")
    .flatMap((lock) => {
      const helper = frees.find(
        ({ params, group }) =>
          group === lock.group &&
          params.design === "helper" &&
          params.tasks === lock.params.tasks &&
          params.beside === lock.params.beside,
      );
      return helper === undefined ? [] : [compareFree(lock, helper)];
    });
}

function compareFree(lock: BenchResult, helper: BenchResult): string {
  const { median, low, high } = ratio(lock.rounds, helper.rounds);
  const times = `${median.toFixed(2)} times [${low.toFixed(2)}, ${high.toFixed(2)}] what design helper costs`;
  const where = `${lock.tasks} ${lock.tasks === 1 ? "task" : "tasks"}, beside ${lock.params.beside}`;
  const difference = lock.nsPerOp.median - helper.nsPerOp.median;
  if (low > 1)
    return `a free in design lock costs ${times} (${where}): ${difference.toFixed(0)} ns for the lock`;
  const why =
    "the lock is taken and released without contention, some 20 ns, and that is less than the rounds differ by";
  return `a free in design lock costs ${times} (${where}): no difference is seen, since ${why}`;
}
