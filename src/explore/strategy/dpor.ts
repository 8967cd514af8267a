import { STEP } from "#shared/atomic/step-kind";
import { conflict, Execution, writesNow } from "../execution.ts";
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
}

/** A race to be reversed: `event` and a later step, taken or still waited for, that could come before it. */
interface Race {
  readonly event: number;
  readonly step: PlannedStep;
  /** Index of the later step, or -1 for one that a task waits to take. */
  readonly later: number;
}

/**
 * Optimal dynamic partial order reduction with wake-up trees: as many complete executions as there are traces.
 * Abdulla, Aronsson, Jonsson, Sagonas, POPL 2014. Beyond the paper: whether a step reads or writes is decided by
 * what it did (a failed trylock reads), and a step that can only be taken in some states (a lock, an await) races
 * with the nearest event before which it could have been taken, not with the one that let it through.
 */
export function searchTraces(machine: Machine, budget: Budget, onExecution: OnExecution): SearchResult {
  return new Dpor(machine, budget, onExecution).search();
}

class Dpor {
  readonly #machine: Machine;
  readonly #budget: Budget;
  readonly #onExecution: OnExecution;
  readonly #run = new Execution();
  readonly #order: HappensBefore;
  readonly #path: Node[] = [];
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
    let sleep: PlannedStep[] = [];
    let plan: WakeupNode[] = [];
    do {
      this.#rewind();
      const complete = this.#goOn(sleep, plan);
      if (complete === undefined) return this.#result(false);
      if (complete) {
        this.#executions++;
        if (!this.#onExecution(this.#run) || this.#executions >= this.#budget.executions)
          return this.#result(false);
      } else this.#blocked++;
      if ((this.#executions & 255) === 0 && performance.now() > this.#budget.deadline)
        return this.#result(false);
      this.#order.update(this.#run);
      for (const race of this.#races(known)) this.#reverse(race);
      const next = this.#backtrack();
      if (next === undefined) return this.#result(true);
      known = this.#path.length - 1;
      ({ sleep, plan } = next);
    } while (true);
  }

  #result(exhaustive: boolean): SearchResult {
    return {
      executions: this.#executions,
      blocked: this.#blocked,
      steps: this.#steps,
      exhaustive,
      longest: this.#run.length,
    };
  }

  /** Takes the steps of the current path again, up to the last node's chosen step. */
  #rewind(): void {
    this.#machine.reset();
    this.#run.truncate(0);
    for (const node of this.#path) this.#take((node.wakeup[0] as WakeupNode).task);
  }

  #take(task: number): void {
    this.#run.take(this.#machine, task);
    this.#steps++;
  }

  /** Goes on to the end of an execution: true complete, false all asleep, undefined out of budget. */
  #goOn(firstSleep: PlannedStep[], firstPlan: WakeupNode[]): boolean | undefined {
    let sleep = firstSleep;
    let plan = firstPlan;
    for (;;) {
      if (this.#run.length > this.#budget.steps) return undefined;
      const chosen = plan[0] ?? this.#anyAwake(sleep);
      if (chosen === undefined) return !this.#anyEnabled();
      const node: Node = { sleep, wakeup: plan.length > 0 ? plan : [chosen] };
      this.#path.push(node);
      const at = this.#run.length;
      this.#take(chosen.task);
      sleep = this.#stillAsleep(sleep, at);
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
      return { task, addr: this.#machine.addr[task]!, writes: writesNow(this.#machine, task), children: [] };
    }
    return undefined;
  }

  /** The sleepers that commute with the event at `at`. */
  #stillAsleep(sleep: readonly PlannedStep[], at: number): PlannedStep[] {
    const { addr, writes, task } = this.#run;
    return sleep.filter(
      (step) => step.task !== task[at] && !conflict(step.addr, step.writes, addr[at]!, writes[at]!),
    );
  }

  /** Leaves explored nodes; returns what to go on with at the deepest one that has more to explore. */
  #backtrack(): { sleep: PlannedStep[]; plan: WakeupNode[] } | undefined {
    while (this.#path.length > 0) {
      const node = this.#path[this.#path.length - 1] as Node;
      const depth = this.#path.length - 1;
      node.wakeup.shift();
      const run = this.#run;
      node.sleep.push({ task: run.task[depth]!, addr: run.addr[depth]!, writes: run.writes[depth]! });
      const [next] = node.wakeup;
      if (next !== undefined) {
        const planned = { task: next.task, addr: next.addr, writes: next.writes };
        const sleep = node.sleep.filter(
          (step) =>
            step.task !== planned.task && !conflict(step.addr, step.writes, planned.addr, planned.writes),
        );
        return { sleep, plan: next.children };
      }
      this.#path.pop();
    }
    return undefined;
  }

  /** The races of the execution whose later step is at `known` or beyond, or still waited for. */
  *#races(known: number): Iterable<Race> {
    for (let later = Math.max(1, known); later < this.#run.length; later++) yield* this.#racesOf(later);
    for (let task = 0; task < this.#machine.tasks; task++) {
      if (this.#machine.finished(task) || this.#machine.enabled(task)) continue;
      yield* this.#racesOfWaiting(task);
    }
  }

  *#racesOf(later: number): Iterable<Race> {
    const run = this.#run;
    const addr = run.addr[later]!;
    if (addr === 0) return;
    const task = run.task[later]!;
    const waits = isAwait(run.kind[later]!);
    yield* this.#walk(
      later,
      task,
      addr,
      run.kind[later]!,
      run.writes[later]!,
      run.expected[later]!,
      waits,
      later,
    );
  }

  *#racesOfWaiting(task: number): Iterable<Race> {
    const machine = this.#machine;
    const kind = machine.kind[task]!;
    if (!isAwait(kind)) return;
    yield* this.#walk(
      this.#run.length,
      task,
      machine.addr[task]!,
      kind,
      kind === STEP.AWAIT_CAS ? 1 : 0,
      machine.expected[task]!,
      true,
      -1,
    );
  }

  /** Walks back over the events on the word of a step at `end`, to those it could come before. */
  *#walk(
    end: number,
    task: number,
    addr: number,
    kind: number,
    writes: number,
    expected: number,
    waits: boolean,
    later: number,
  ): Iterable<Race> {
    const run = this.#run;
    const previous = this.#previousOf(task, end);
    let found = false;
    for (let event = end - 1; event >= 0; event--) {
      if (run.addr[event] !== addr) continue;
      const other = run.task[event]!;
      const writer = run.writes[event] === 1;
      if (!writer && writes === 0) continue;
      // What happens before the task's own previous step cannot come after the task's next one.
      if (other === task || (previous >= 0 && this.#order.before(event, other, previous))) {
        if (writer) return;
        continue;
      }
      const possible = !waits || run.before[event] === expected;
      if (possible) {
        found = true;
        yield { event, later, step: { task, addr, writes: this.#wouldWrite(kind, event, writes, expected) } };
      }
      // A write hides what is before it, unless the step could not have been taken before the write.
      if (writer && (found || possible)) return;
    }
  }

  /** What a compare-and-exchange would have done in front of `event`. */
  #wouldWrite(kind: number, event: number, writes: number, expected: number): number {
    if (kind !== STEP.CAS) return writes;
    return this.#run.before[event] === expected ? 1 : 0;
  }

  #previousOf(task: number, end: number): number {
    for (let event = end - 1; event >= 0; event--) if (this.#run.task[event] === task) return event;
    return -1;
  }

  /** Plans the execution in which the race's later step comes first. */
  #reverse({ event, later, step }: Race): void {
    const run = this.#run;
    const first = run.task[event]!;
    const sequence: PlannedStep[] = [];
    for (let at = event + 1; at < run.length; at++) {
      if (at === later || this.#order.before(event, first, at)) continue;
      sequence.push({ task: run.task[at]!, addr: run.addr[at]!, writes: run.writes[at]! });
    }
    sequence.push(step);
    const node = this.#path[event] as Node;
    if (node.sleep.some((asleep) => isWeakInitial(sequence, asleep))) return;
    insertSequence(node.wakeup, sequence);
  }
}

function isAwait(kind: number): boolean {
  return kind === STEP.AWAIT_READ || kind === STEP.AWAIT_CAS;
}
