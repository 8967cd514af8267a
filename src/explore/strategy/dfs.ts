import { EventLog } from "../event-log.ts";
import type { Machine } from "../machine.ts";
import { isPreemption } from "../preemption.ts";
import { type Budget, isOver, type OnExecution, type SearchResult, stopsEarly } from "../search.ts";

/** A choice at one depth: a task, and the outcome of its step if it draws lots. */
interface Choice {
  readonly task: number;
  readonly outcome: number;
}

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
  const log = new EventLog(machine);
  /** Per depth: what is still to be tried there, the current choice first. */
  const open: Choice[][] = [];
  /** Per depth: preemptions up to and with the current choice. */
  const preempted: number[] = [];
  let executions = 0;
  let steps = 0;
  const result = (exhaustive: boolean): SearchResult => ({
    executions,
    blocked: 0,
    steps,
    exhaustive,
    overran: log.length > budget.steps,
    longest: log.length,
  });
  const take = (depth: number): void => {
    const { task, outcome } = open[depth]![0]!;
    const previous = depth === 0 ? -1 : log.task[depth - 1]!;
    const before = depth === 0 ? 0 : preempted[depth - 1]!;
    preempted[depth] = before + (isPreemption(machine, previous, task) ? 1 : 0);
    log.take(machine, task, outcome);
    steps++;
  };
  machine.reset();
  for (;;) {
    while (!stopsEarly(budget, machine, log)) {
      const depth = log.length;
      const previous = depth === 0 ? -1 : log.task[depth - 1]!;
      const spent = depth === 0 ? 0 : preempted[depth - 1]!;
      const choices = choicesAt(machine, previous, spent < bound);
      if (choices.length === 0) break;
      open.push(choices);
      take(depth);
      if (log.length > budget.steps) return result(false);
    }
    executions++;
    if (!onExecution(log)) return result(false);
    while (open.length > 0 && open.at(-1)!.length === 1) open.pop();
    if (open.length === 0) return result(true);
    if (isOver(budget, executions)) return result(false);
    const depth = open.length - 1;
    open[depth]!.shift();
    log.rewind(machine, depth);
    steps += depth;
    take(depth);
  }
}

/** What can be done at a node, in order: the task that runs goes on, then the others by number. */
function choicesAt(machine: Machine, previous: number, maySwitch: boolean): Choice[] {
  const choices: Choice[] = [];
  const goesOn = previous >= 0 && machine.enabled(previous);
  if (goesOn) addChoices(machine, previous, choices);
  if (goesOn && !maySwitch) return choices;
  for (let task = 0; task < machine.tasks; task++)
    if (task !== previous && machine.enabled(task)) addChoices(machine, task, choices);
  return choices;
}

function addChoices(machine: Machine, task: number, choices: Choice[]): void {
  for (let outcome = 0; outcome < machine.outcomes(task); outcome++) choices.push({ task, outcome });
}
