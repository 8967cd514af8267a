import { Execution } from "../execution.ts";
import type { Machine } from "../machine.ts";
import { isPreemption } from "../preemption.ts";
import type { Budget, OnExecution, SearchResult } from "../search.ts";

/**
 * Every interleaving, without reduction: the yardstick for the others. `bound` is the most preemptions an
 * interleaving may have (a switch away from a task that could go on), or Infinity.
 */
export function searchAll(
  machine: Machine,
  bound: number,
  budget: Budget,
  onExecution: OnExecution,
): SearchResult {
  let run = new Execution();
  // The task taken at each depth, and the preemptions up to there.
  const choice: number[] = [];
  let executions = 0;
  let steps = 0;
  const result = (exhaustive: boolean): SearchResult => ({
    executions,
    blocked: 0,
    steps,
    exhaustive,
    overran: run.length > budget.steps,
    longest: run.length,
  });
  for (;;) {
    machine.reset();
    run = new Execution();
    let preemptions = 0;
    for (let depth = 0; ; depth++) {
      const previous = depth === 0 ? -1 : choice[depth - 1]!;
      if (depth === choice.length) {
        const first = nextChoice(machine, previous, preemptions, bound, -1);
        if (first < 0) break;
        choice.push(first);
      }
      const task = choice[depth]!;
      if (isPreemption(machine, previous, task)) preemptions++;
      run.take(machine, task);
      steps++;
      if (run.length > budget.steps) return result(false);
    }
    executions++;
    if (
      !onExecution(run) ||
      executions >= budget.executions ||
      ((executions & 1023) === 0 && performance.now() > budget.deadline)
    ) {
      return result(false);
    }
    if (!backtrack(machine, choice, bound)) return result(true);
  }
}

/** The task order at a node: the one that runs goes on, then the others by number. */
function nextChoice(
  machine: Machine,
  previous: number,
  preemptions: number,
  bound: number,
  after: number,
): number {
  const goesOn = previous >= 0 && machine.enabled(previous);
  if (after < 0 && goesOn) return previous;
  if (goesOn && preemptions >= bound) return -1;
  for (let task = after === previous && goesOn ? 0 : after + 1; task < machine.tasks; task++) {
    if (goesOn && task === previous) continue;
    if (machine.enabled(task)) return task;
  }
  return -1;
}

/** Moves to the next interleaving in order; false if there is none. */
function backtrack(machine: Machine, choice: number[], bound: number): boolean {
  while (choice.length > 0) {
    const last = choice.pop() as number;
    // Where the node is has to be walked to again: the machine cannot step back.
    machine.reset();
    let preemptions = 0;
    for (const [depth, task] of choice.entries()) {
      if (isPreemption(machine, depth === 0 ? -1 : choice[depth - 1]!, task)) preemptions++;
      machine.step(task);
    }
    const next = nextChoice(machine, choice.at(-1) ?? -1, preemptions, bound, last);
    if (next < 0) continue;
    choice.push(next);
    return true;
  }
  return false;
}
