import { STEP } from "#shared/atomic/step-kind";
import type { PlannedStep } from "../event.ts";
import { EventLog } from "../event-log.ts";
import type { Machine } from "../machine.ts";
import { Nondeterminism } from "../nondeterminism.ts";
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
import { type Later, Races } from "./races.ts";
import { Sequence } from "./sequence.ts";
import { insertSequence, nodeOf, type WakeupNode } from "./wakeup-tree.ts";

const NO_STEPS: readonly PlannedStep[] = [];
const NO_NODES: WakeupNode[] = [];
const NO_LOTS: readonly number[] = [];

/** Where a search is, as plain data: per depth of the current path what `DporSearch` keeps. */
export interface SavedDpor {
  readonly executions: number;
  readonly blocked: number;
  readonly steps: number;
  /** Task and outcome of each step up to the last depth, which is to be taken anew. */
  readonly path: readonly (readonly [task: number, outcome: number])[];
  readonly sleep: readonly (readonly PlannedStep[])[];
  readonly wakeup: readonly WakeupNode[][];
  readonly lots: readonly (readonly number[])[];
  readonly done: readonly number[];
}

/**
 * Optimal dynamic partial order reduction with wake-up trees: as many complete executions as there are traces.
 * Abdulla, Aronsson, Jonsson, Sagonas, POPL 2014. Beyond the paper: whether a step reads or writes is decided by
 * what it did (a failed trylock reads), and a step that can only be taken in some states (a lock, an await) races
 * with the nearest event before which it could have been taken, not with the one that let it through. A step that
 * draws lots is explored with each outcome.
 */
export class DporSearch implements Search {
  readonly #machine: Machine;
  readonly #budget: Budget;
  readonly #onExecution: OnExecution;
  readonly log: EventLog;
  readonly #sequence: Sequence;
  readonly #races: Races;
  /** Per depth: steps that need not be taken there, since all that they begin has been seen. */
  readonly #sleep: (readonly PlannedStep[])[] = [];
  /** Per depth: what is to be explored there, the current step first. Empty: the current step, and nothing after it is planned. */
  readonly #wakeup: WakeupNode[][] = [];
  /** Per depth: outcomes of the current step, if it draws lots, that are to be explored, the current one first. */
  readonly #lots: (readonly number[])[] = [];
  /** Per depth: branches that have been gone through. */
  readonly #done: number[] = [];
  #executions = 0;
  #blocked = 0;
  #steps = 0;
  #longest = 0;
  #exhaustive = false;
  #overran = false;

  constructor(machine: Machine, budget: Budget, onExecution: OnExecution, saved?: SavedDpor) {
    this.#machine = machine;
    this.#budget = budget;
    this.#onExecution = onExecution;
    this.log = new EventLog(machine);
    this.#sequence = new Sequence(this.log);
    this.#races = new Races(machine, this.log, (index, later) => this.#reverse(index, later));
    if (saved !== undefined) this.#restore(saved);
  }

  get result(): SearchResult {
    return {
      executions: this.#executions,
      blocked: this.#blocked,
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
      this.#done.length,
      (depth) => this.#done[depth]!,
      (depth) => Math.max(1, this.#wakeup[depth]!.length) + Math.max(0, this.#lots[depth]!.length - 1),
    );
  }

  save(): SavedDpor {
    const log = this.log;
    return {
      executions: this.#executions,
      blocked: this.#blocked,
      steps: this.#steps,
      path: this.#sleep.map((_, depth) => [log.task[depth]!, log.outcome[depth]!] as const),
      sleep: this.#sleep,
      wakeup: this.#wakeup,
      lots: this.#lots,
      done: this.#done,
    };
  }

  #restore(saved: SavedDpor): void {
    this.#executions = saved.executions;
    this.#blocked = saved.blocked;
    this.#steps = saved.steps;
    this.#sleep.push(...saved.sleep);
    this.#wakeup.push(...saved.wakeup);
    this.#lots.push(...saved.lots);
    this.#done.push(...saved.done);
    this.#machine.reset();
    for (const [task, outcome] of saved.path.slice(0, -1)) {
      if (this.#machine.finished(task)) throw new Nondeterminism(this.log.length, task);
      this.log.take(this.#machine, task, outcome);
    }
  }

  /** Runs one execution and finds what is next; true if there is nothing or the budget has ended. */
  #execute(): boolean {
    const depth = this.#sleep.length - 1;
    this.log.rewind(this.#machine, Math.max(0, depth));
    const end = depth < 0 ? this.#run(NO_STEPS, NO_NODES) : this.#branch(depth);
    this.#longest = Math.max(this.#longest, this.log.length);
    this.#overran = end === "overran";
    if (this.#overran) return true;
    if (end === "blocked") this.#blocked++;
    else this.#executions++;
    if (end === "complete" && !this.#onExecution(this.log)) return true;
    for (let index = Math.max(1, depth); index < this.log.length; index++) this.#races.of(index);
    this.#races.ofWaiting();
    this.#exhaustive = !this.#backtrack();
    return this.#exhaustive || this.#executions + this.#blocked >= this.#budget.executions;
  }

  /** Takes the step chosen at the last depth, which is another one now, and goes on from there. */
  #branch(depth: number): "complete" | "blocked" | "overran" {
    const chosen = this.#wakeup[depth]![0]!;
    this.#assertAble(chosen.task);
    this.log.take(this.#machine, chosen.task, this.#lots[depth]![0] ?? chosen.outcome);
    refresh(chosen, this.log, depth);
    this.#steps += depth + 1;
    return this.#run(this.#awakened(this.#sleep[depth]!, depth), chosen.children);
  }

  /** Goes on to the end of an execution. */
  #run(firstSleep: readonly PlannedStep[], firstPlan: WakeupNode[]): "complete" | "blocked" | "overran" {
    const log = this.log;
    let sleep = firstSleep;
    let plan = firstPlan;
    for (;;) {
      if (log.length > this.#budget.steps) return "overran";
      if (stopsEarly(this.#budget, this.#machine, log)) return "complete";
      const chosen = plan[0];
      const task = chosen === undefined ? this.#anyAwake(sleep) : chosen.task;
      if (task < 0) return this.#machine.anyEnabled() ? "blocked" : "complete";
      const first = log.length;
      // Nothing is planned: the task that goes on is never asleep, so it goes on by itself while it can.
      if (chosen === undefined) log.run(this.#machine, task, 0, this.#budget);
      else {
        this.#assertAble(task);
        log.take(this.#machine, task, chosen.outcome);
        refresh(chosen, log, first);
      }
      this.#steps += log.length - first;
      for (let depth = first; depth < log.length; depth++) {
        this.#sleep.push(sleep);
        this.#wakeup.push(plan);
        this.#lots.push(lotsOf(log.outcome[depth]!, log.outcomes[depth]!));
        this.#done.push(0);
        sleep = this.#awakened(sleep, depth);
      }
      plan = chosen?.children ?? NO_NODES;
    }
  }

  /** What is planned can be done, unless the scenario depends on more than its steps show. */
  #assertAble(task: number): void {
    if (!this.#machine.enabled(task)) throw new Nondeterminism(this.log.length, task);
  }

  /** A task that can go on and is not asleep, the latest one if possible; -1 if there is none. */
  #anyAwake(sleep: readonly PlannedStep[]): number {
    const { tasks } = this.#machine;
    const latest = this.log.length === 0 ? 0 : this.log.task[this.log.length - 1]!;
    for (let offset = 0; offset < tasks; offset++) {
      const task = offset === 0 ? latest : offset <= latest ? offset - 1 : offset;
      if (!this.#machine.enabled(task)) continue;
      let asleep = false;
      for (const step of sleep) if (step.task === task) asleep = true;
      if (!asleep) return task;
    }
    return -1;
  }

  /** The sleepers that go on sleeping after the event at `index`: those that commute with it. */
  #awakened(sleep: readonly PlannedStep[], index: number): readonly PlannedStep[] {
    if (sleep.length === 0) return sleep;
    const log = this.log;
    const task = log.task[index]!;
    return sleep.filter(
      (step) => step.task !== task && !log.conflicts(index, step.addr, step.writes, step.size),
    );
  }

  /** Leaves explored nodes and makes the next step of the deepest one that has more the current one; false if there is none. */
  #backtrack(): boolean {
    for (let depth = this.#sleep.length - 1; depth >= 0; depth--) {
      const wakeup = this.#wakeup[depth]!;
      const lots = this.#lots[depth]!;
      this.#done[depth]!++;
      if (lots.length > 1) {
        // The same step with its next outcome: nothing is known yet of what follows.
        this.#lots[depth] = lots.slice(1);
        this.#wakeup[depth] = [{ ...this.#materialized(depth)[0]!, children: [] }, ...wakeup.slice(1)];
        return true;
      }
      if (wakeup.length > 1) {
        this.#sleep[depth] = [...this.#sleep[depth]!, this.log.planned(depth)];
        wakeup.shift();
        this.#lots[depth] = lotsOf(wakeup[0]!.outcome, wakeup[0]!.outcomes);
        return true;
      }
      this.#sleep.pop();
      this.#wakeup.pop();
      this.#lots.pop();
      this.#done.pop();
    }
    return false;
  }

  /** The wake-up tree at a depth, the current step in it. */
  #materialized(depth: number): WakeupNode[] {
    const wakeup = this.#wakeup[depth]!;
    if (wakeup.length > 0) return wakeup;
    const own = [nodeOf(this.log.planned(depth))];
    this.#wakeup[depth] = own;
    return own;
  }

  /** Plans the execution in which `later` comes before the event at `index`. */
  #reverse(index: number, later: Later): void {
    const log = this.log;
    const sequence = this.#sequence;
    sequence.clear();
    for (let at = index + 1; at < log.length; at++)
      if (at !== later.index && !log.comesBefore(index, at)) sequence.add(at);
    const writes =
      later.kind === STEP.CAS && later.addr === log.addr[index]
        ? Number(log.before[index] === later.expected)
        : later.writes;
    sequence.add(log.draft(later, writes));
    for (const asleep of this.#sleep[index]!) if (sequence.hasWeakInitial(asleep)) return;
    insertSequence(this.#materialized(index), sequence);
  }
}

/** What a planned step touches is known for certain once it has been taken where it was planned. */
function refresh(node: WakeupNode, log: EventLog, index: number): void {
  node.addr = log.addr[index]!;
  node.writes = log.writes[index]!;
  node.size = log.size[index]!;
}

/** All outcomes of a step that draws lots, its own first; a step that draws none has none. */
function lotsOf(outcome: number, outcomes: number): readonly number[] {
  if (outcomes <= 1) return NO_LOTS;
  const all = Array.from({ length: outcomes }, (_, lot) => lot);
  return [outcome, ...all.filter((lot) => lot !== outcome)];
}

/** Runs the search to its end, or to `budget.deadline` (`performance.now()`). */
export function searchTraces(
  machine: Machine,
  budget: Budget & { readonly deadline?: number },
  onExecution: OnExecution,
): SearchResult {
  return runThrough(new DporSearch(machine, budget, onExecution), budget.deadline);
}
