import { EventLog } from "../event-log.ts";
import type { Machine } from "../machine.ts";
import { isPreemption } from "../preemption.ts";
import {
  type Budget,
  type OnExecution,
  repeat,
  runThrough,
  type Search,
  type SearchResult,
  shareOfTree,
  stopsEarly,
} from "../search.ts";

/** A choice at one depth: a task, and the outcome of its step if it draws lots. */
interface Choice {
  readonly task: number;
  readonly outcome: number;
}

/** Where a search is, as plain data. */
export interface SavedDfs {
  readonly executions: number;
  readonly steps: number;
  /** Per depth: what is still to be tried there, the current choice first, and how many have been. */
  readonly open: readonly (readonly Choice[])[];
  readonly done: readonly number[];
}

/**
 * Every interleaving, without reduction: the yardstick for the others. `bound` is the most preemptions an
 * interleaving may have (a switch away from a task that could go on), or Infinity.
 */
export class DfsSearch implements Search {
  readonly #machine: Machine;
  readonly #bound: number;
  readonly #budget: Budget;
  readonly #onExecution: OnExecution;
  readonly log: EventLog;
  #open: Choice[][] = [];
  #done: number[] = [];
  /** Per depth: preemptions up to and with the current choice. */
  readonly #preempted: number[] = [];
  #executions = 0;
  #steps = 0;
  #longest = 0;
  #exhaustive = false;
  #overran = false;

  constructor(machine: Machine, bound: number, budget: Budget, onExecution: OnExecution, saved?: SavedDfs) {
    this.#machine = machine;
    this.#bound = bound;
    this.#budget = budget;
    this.#onExecution = onExecution;
    this.log = new EventLog(machine);
    if (saved !== undefined) this.#restore(saved);
  }

  get result(): SearchResult {
    return {
      executions: this.#executions,
      blocked: 0,
      steps: this.#steps,
      exhaustive: this.#exhaustive,
      overran: this.#overran,
      longest: this.#longest,
    };
  }

  goOn(until: number): boolean {
    return repeat(() => this.#execute(), until);
  }

  share(): number {
    if (this.#exhaustive) return 1;
    return shareOfTree(
      this.#open.length,
      (depth) => this.#done[depth]!,
      (depth) => this.#open[depth]!.length,
    );
  }

  save(): SavedDfs {
    return { executions: this.#executions, steps: this.#steps, open: this.#open, done: this.#done };
  }

  #restore(saved: SavedDfs): void {
    this.#executions = saved.executions;
    this.#open = saved.open.map((choices) => [...choices]);
    this.#done = [...saved.done];
    this.#machine.reset();
    for (let depth = 0; depth < this.#open.length - 1; depth++) this.#take(depth);
    // The way back has been counted.
    this.#steps = saved.steps;
  }

  /** Runs one execution and moves to the next; true if there is none or the budget has ended. */
  #execute(): boolean {
    const last = this.#open.length - 1;
    this.log.rewind(this.#machine, Math.max(0, last));
    this.#steps += Math.max(0, last);
    if (last >= 0) this.#take(last);
    this.#finish();
    this.#longest = Math.max(this.#longest, this.log.length);
    if (this.#overran) return true;
    this.#executions++;
    if (!this.#onExecution(this.log)) return true;
    this.#exhaustive = !this.#backtrack();
    return this.#exhaustive || this.#executions >= this.#budget.executions;
  }

  #finish(): void {
    const log = this.log;
    while (!stopsEarly(this.#budget, this.#machine, log)) {
      const depth = log.length;
      if (depth > this.#budget.steps) {
        this.#overran = true;
        return;
      }
      const previous = depth === 0 ? -1 : log.task[depth - 1]!;
      const spent = depth === 0 ? 0 : this.#preempted[depth - 1]!;
      const choices = choicesAt(this.#machine, previous, spent < this.#bound);
      if (choices.length === 0) return;
      this.#open.push(choices);
      this.#done.push(0);
      this.#take(depth);
    }
  }

  #take(depth: number): void {
    const { task, outcome } = this.#open[depth]![0]!;
    const previous = depth === 0 ? -1 : this.log.task[depth - 1]!;
    const before = depth === 0 ? 0 : this.#preempted[depth - 1]!;
    this.#preempted[depth] = before + (isPreemption(this.#machine, previous, task) ? 1 : 0);
    this.log.take(this.#machine, task, outcome);
    this.#steps++;
  }

  #backtrack(): boolean {
    while (this.#open.length > 0) {
      const depth = this.#open.length - 1;
      const choices = this.#open[depth]!;
      choices.shift();
      this.#done[depth]!++;
      if (choices.length > 0) return true;
      this.#open.pop();
      this.#done.pop();
    }
    return false;
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

/** Runs the search to its end, or to `budget.deadline` (`performance.now()`). */
export function searchAll(
  machine: Machine,
  bound: number,
  budget: Budget & { readonly deadline?: number },
  onExecution: OnExecution,
): SearchResult {
  return runThrough(new DfsSearch(machine, bound, budget, onExecution), budget.deadline);
}
