import { STEP } from "#shared/atomic/step-kind";
import { conflict, type Event, Execution, type Footprint, footprintOf } from "../execution.ts";
import { HappensBefore } from "../happens-before.ts";
import type { Machine } from "../machine.ts";
import type { Budget, OnExecution, SearchResult } from "../search.ts";
import { insertSequence, isWeakInitial, type PlannedStep, type WakeupNode } from "./wakeup-tree.ts";

/** What is known of a state on the current path. */
interface Node {
  /** Steps that need not be taken here: all that they begin has been seen. */
  readonly sleep: PlannedStep[];
  /** What is to be explored here, in order. The first is being explored. */
  readonly wakeup: WakeupNode[];
  /** Outcomes of the first step, if it draws lots, that are still to be explored. */
  lots: number[];
}

/** A step, taken or still waited for, that could come before an earlier event. */
interface Later extends Footprint {
  readonly task: number;
  readonly kind: number;
  readonly expected: number;
  readonly waited: boolean;
  readonly outcome: number;
  /** Its index, or -1 for one that a task waits to take. */
  readonly index: number;
}

/**
 * Optimal dynamic partial order reduction with wake-up trees: as many complete executions as there are traces.
 * Abdulla, Aronsson, Jonsson, Sagonas, POPL 2014. Beyond the paper: whether a step reads or writes is decided by
 * what it did (a failed trylock reads), and a step that can only be taken in some states (a lock, an await) races
 * with the nearest event before which it could have been taken, not with the one that let it through. A step that
 * draws lots is explored with each outcome.
 */
export function searchTraces(machine: Machine, budget: Budget, onExecution: OnExecution): SearchResult {
  return new Dpor(machine, budget, onExecution).search();
}

class Dpor {
  readonly #machine: Machine;
  readonly #budget: Budget;
  readonly #onExecution: OnExecution;
  readonly #order: HappensBefore;
  readonly #path: Node[] = [];
  #run = new Execution();
  #executions = 0;
  #blocked = 0;
  #steps = 0;

  constructor(machine: Machine, budget: Budget, onExecution: OnExecution) {
    this.#machine = machine;
    this.#budget = budget;
    this.#onExecution = onExecution;
    this.#order = new HappensBefore(machine.tasks);
  }

  search(): SearchResult {
    let known = 0;
    let next: { sleep: PlannedStep[]; plan: WakeupNode[] } | undefined = { sleep: [], plan: [] };
    while (next !== undefined) {
      this.#rewind();
      const complete = this.#goOn(next.sleep, next.plan);
      if (complete === undefined) return this.#result(false);
      if (complete) this.#executions++;
      else this.#blocked++;
      if (complete && !this.#onExecution(this.#run)) return this.#result(false);
      this.#order.update(this.#run.events);
      for (let index = Math.max(1, known); index < this.#run.length; index++) this.#reverseRacesOf(index);
      this.#reverseRacesOfWaiting();
      next = this.#backtrack();
      known = this.#path.length - 1;
      if (next !== undefined && this.#isOver()) return this.#result(false);
    }
    return this.#result(true);
  }

  #isOver(): boolean {
    const tried = this.#executions + this.#blocked;
    return (
      tried >= this.#budget.executions || ((tried & 63) === 0 && performance.now() > this.#budget.deadline)
    );
  }

  #result(exhaustive: boolean): SearchResult {
    return {
      executions: this.#executions,
      blocked: this.#blocked,
      steps: this.#steps,
      exhaustive,
      overran: this.#run.length > this.#budget.steps,
      longest: this.#run.length,
    };
  }

  /** Takes the steps of the current path again, up to the last node's chosen step. */
  #rewind(): void {
    this.#machine.reset();
    this.#run = new Execution();
    for (const node of this.#path) this.#take(node.wakeup[0] as WakeupNode, node.lots[0]);
  }

  #take(step: WakeupNode, lot: number | undefined): Event {
    this.#steps++;
    return this.#run.take(this.#machine, step.task, lot ?? step.outcome);
  }

  /** Goes on to the end of an execution: true complete, false all asleep, undefined out of budget. */
  #goOn(firstSleep: PlannedStep[], firstPlan: WakeupNode[]): boolean | undefined {
    let sleep = firstSleep;
    let plan = firstPlan;
    for (;;) {
      if (this.#run.length > this.#budget.steps) return undefined;
      const chosen = plan[0] ?? this.#anyAwake(sleep);
      if (chosen === undefined) return !this.#anyEnabled();
      const event = this.#take(chosen, undefined);
      const lots = lotsOf({ ...event, outcome: chosen.outcome });
      this.#path.push({ sleep, wakeup: plan.length > 0 ? plan : [chosen], lots });
      sleep = awakenedBy(event, sleep);
      plan = chosen.children;
    }
  }

  #anyEnabled(): boolean {
    for (let task = 0; task < this.#machine.tasks; task++) if (this.#machine.enabled(task)) return true;
    return false;
  }

  #anyAwake(sleep: readonly PlannedStep[]): WakeupNode | undefined {
    for (let task = 0; task < this.#machine.tasks; task++) {
      if (!this.#machine.enabled(task) || sleep.some((step) => step.task === task)) continue;
      return { task, ...footprintOf(this.#machine, task), outcome: 0, outcomes: 1, children: [] };
    }
    return undefined;
  }

  /** Leaves explored nodes; returns what to go on with at the deepest one that has more to explore. */
  #backtrack(): { sleep: PlannedStep[]; plan: WakeupNode[] } | undefined {
    while (this.#path.length > 0) {
      const depth = this.#path.length - 1;
      const node = this.#path[depth] as Node;
      const event = this.#run.events[depth] as Event;
      if (node.lots.length > 1) {
        // The same step with its next outcome: nothing is known yet of what follows.
        node.lots = node.lots.slice(1);
        const [first] = node.wakeup;
        node.wakeup[0] = { ...(first as WakeupNode), children: [] };
        return { sleep: awakenedBy(event, node.sleep), plan: [] };
      }
      node.wakeup.shift();
      node.lots = [];
      node.sleep.push(event);
      const [next] = node.wakeup;
      if (next !== undefined) {
        node.lots = lotsOf(next);
        return { sleep: awakenedBy(next, node.sleep), plan: next.children };
      }
      this.#path.pop();
    }
    return undefined;
  }

  #reverseRacesOf(index: number): void {
    const event = this.#run.events[index] as Event;
    if (event.addr !== 0) this.#reverseRaces({ ...event, index }, index);
  }

  /** A step that a task still waits to take at the end could have been taken earlier. */
  #reverseRacesOfWaiting(): void {
    const machine = this.#machine;
    for (let task = 0; task < machine.tasks; task++) {
      const kind = machine.kind[task]!;
      const waits = kind === STEP.AWAIT_READ || kind === STEP.AWAIT_CAS;
      if (!waits || machine.finished(task) || machine.enabled(task)) continue;
      const expected = machine.expected[task]!;
      const step = { task, kind, expected, waited: true, outcome: 0, index: -1 };
      this.#reverseRaces({ ...step, ...footprintOf(machine, task) }, this.#run.length);
    }
  }

  /** Finds the events that `later` races with, from the nearest back, and plans each race the other way round. */
  #reverseRaces(later: Later, end: number): void {
    const { events } = this.#run;
    const previous = this.#previousOf(later.task, end);
    const found: number[] = [];
    for (let index = end - 1; index >= 0; index--) {
      const event = events[index] as Event;
      if (event.task === later.task || !conflict(event, later)) continue;
      // What comes before the task's previous step, or before another racing event, is not next to it.
      if (previous >= 0 && this.#order.before(index, event.task, previous)) continue;
      if (found.some((nearer) => this.#order.before(index, event.task, nearer))) continue;
      if (later.waited && !couldComeBefore(later, event)) continue;
      found.push(index);
      this.#reverse(index, later);
    }
  }

  #previousOf(task: number, end: number): number {
    for (let index = end - 1; index >= 0; index--)
      if ((this.#run.events[index] as Event).task === task) return index;
    return -1;
  }

  /** Plans the execution in which `later` comes before the event at `index`. */
  #reverse(index: number, later: Later): void {
    const { events } = this.#run;
    const first = events[index] as Event;
    const sequence: PlannedStep[] = [];
    for (let at = index + 1; at < events.length; at++) {
      if (at !== later.index && !this.#order.before(index, first.task, at))
        sequence.push(events[at] as Event);
    }
    const { task, addr, size, outcome } = later;
    const writes =
      later.kind === STEP.CAS && later.addr === first.addr
        ? Number(first.before === later.expected)
        : later.writes;
    sequence.push({ task, addr, size, outcome, outcomes: 1, writes });
    const node = this.#path[index] as Node;
    if (node.sleep.some((asleep) => isWeakInitial(sequence, asleep))) return;
    insertSequence(node.wakeup, sequence);
  }
}

/** All outcomes of a step that draws lots, its own first; a step that draws none has none. */
function lotsOf(step: PlannedStep): number[] {
  if (step.outcomes <= 1) return [];
  const all = Array.from({ length: step.outcomes }, (_, lot) => lot);
  return [step.outcome, ...all.filter((lot) => lot !== step.outcome)];
}

/** The sleepers that go on sleeping: those that commute with the step. */
function awakenedBy(step: PlannedStep, sleep: readonly PlannedStep[]): PlannedStep[] {
  return sleep.filter((asleep) => asleep.task !== step.task && !conflict(asleep, step));
}

/** True if a step that can only be taken in some states could have been taken in front of `event`. */
function couldComeBefore(later: Later, event: Event): boolean {
  const known = later.kind === STEP.AWAIT_READ || later.kind === STEP.AWAIT_CAS;
  // A sleeper and a spinner go on only because of what came before them.
  return known && event.before === later.expected;
}
