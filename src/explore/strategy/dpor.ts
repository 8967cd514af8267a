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
import { type SpinRead, spinReadsOf } from "../spin-reads.ts";
import { Sequence } from "./sequence.ts";
import { insertSequence, nodeOf, type WakeupNode } from "./wakeup-tree.ts";

/** A step, taken or still waited for, that could come before an earlier event. */
interface Later extends PlannedStep {
  readonly kind: number;
  readonly expected: number;
  readonly waited: boolean;
  /** Its index, or -1 for one that a task waits to take. */
  readonly index: number;
}

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
  readonly #log: EventLog;
  readonly #sequence: Sequence;
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
    this.#log = new EventLog(machine);
    this.#sequence = new Sequence(this.#log);
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
    const log = this.#log;
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
      if (this.#machine.finished(task)) throw new Nondeterminism(this.#log.length, task);
      this.#log.take(this.#machine, task, outcome);
    }
  }

  /** Runs one execution and finds what is next; true if there is nothing or the budget has ended. */
  #execute(): boolean {
    const depth = this.#sleep.length - 1;
    this.#log.rewind(this.#machine, Math.max(0, depth));
    const end = depth < 0 ? this.#run(NO_STEPS, NO_NODES) : this.#branch(depth);
    this.#longest = Math.max(this.#longest, this.#log.length);
    this.#overran = end === "overran";
    if (this.#overran) return true;
    if (end === "blocked") this.#blocked++;
    else this.#executions++;
    if (end === "complete" && !this.#onExecution(this.#log)) return true;
    for (let index = Math.max(1, depth); index < this.#log.length; index++) this.#reverseRacesOf(index);
    this.#reverseRacesOfWaiting();
    this.#exhaustive = !this.#backtrack();
    return this.#exhaustive || this.#executions + this.#blocked >= this.#budget.executions;
  }

  /** Takes the step chosen at the last depth, which is another one now, and goes on from there. */
  #branch(depth: number): "complete" | "blocked" | "overran" {
    const chosen = this.#wakeup[depth]![0]!;
    this.#assertAble(chosen.task);
    this.#log.take(this.#machine, chosen.task, this.#lots[depth]![0] ?? chosen.outcome);
    this.#steps += depth + 1;
    return this.#run(this.#awakened(this.#sleep[depth]!, depth), chosen.children);
  }

  /** Goes on to the end of an execution. */
  #run(firstSleep: readonly PlannedStep[], firstPlan: WakeupNode[]): "complete" | "blocked" | "overran" {
    const log = this.#log;
    let sleep = firstSleep;
    let plan = firstPlan;
    for (;;) {
      if (log.length > this.#budget.steps) return "overran";
      if (stopsEarly(this.#budget, this.#machine, log)) return "complete";
      const chosen = plan[0];
      const task = chosen === undefined ? this.#anyAwake(sleep) : chosen.task;
      if (task < 0) return this.#anyEnabled() ? "blocked" : "complete";
      const first = log.length;
      // Nothing is planned: the task that goes on is never asleep, so it goes on by itself while it can.
      if (chosen === undefined) log.run(this.#machine, task, 0, this.#budget);
      else {
        this.#assertAble(task);
        log.take(this.#machine, task, chosen.outcome);
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
    if (!this.#machine.enabled(task)) throw new Nondeterminism(this.#log.length, task);
  }

  #anyEnabled(): boolean {
    for (let task = 0; task < this.#machine.tasks; task++) if (this.#machine.enabled(task)) return true;
    return false;
  }

  /** A task that can go on and is not asleep, the latest one if possible; -1 if there is none. */
  #anyAwake(sleep: readonly PlannedStep[]): number {
    const { tasks } = this.#machine;
    const latest = this.#log.length === 0 ? 0 : this.#log.task[this.#log.length - 1]!;
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
    const log = this.#log;
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
        this.#sleep[depth] = [...this.#sleep[depth]!, this.#log.planned(depth)];
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
    const own = [nodeOf(this.#log.planned(depth))];
    this.#wakeup[depth] = own;
    return own;
  }

  #reverseRacesOf(index: number): void {
    const log = this.#log;
    if (log.addr[index] === 0) return;
    // Most events follow one of their own task, or nothing, on their word.
    if (log.size[index] === 0 && log.waited[index] === 0) {
      const earlier = log.onWord[index]!;
      if (earlier < 0) return;
      const wrote = log.writes[earlier]! !== 0;
      if (wrote && log.task[earlier] === log.task[index]) return;
    }
    const later: Later = {
      task: log.task[index]!,
      addr: log.addr[index]!,
      writes: log.writes[index]!,
      size: log.size[index]!,
      outcome: log.outcome[index]!,
      outcomes: 1,
      kind: log.kind[index]!,
      expected: log.expected[index]!,
      waited: log.waited[index] === 1,
      index,
    };
    const previous = log.previous[index]!;
    if (later.kind === STEP.RELAX) this.#reverseSpin(later, log.spinReads(index), index, previous);
    else this.#reverseRaces(later, index, previous);
  }

  /** A turn of a spin loop could have come at any time at which one of its words was not what the loop had seen. */
  #reverseSpin(turn: Later, reads: readonly SpinRead[], end: number, previous: number): void {
    for (const { addr, value } of reads)
      this.#reverseRaces({ ...turn, addr, writes: 0, expected: value }, end, previous);
  }

  /** A step that a task still waits to take at the end could have been taken earlier. */
  #reverseRacesOfWaiting(): void {
    const machine = this.#machine;
    for (let task = 0; task < machine.tasks; task++) {
      // Nobody has woken a sleeper, so there was no time at which it could have gone on.
      if (machine.finished(task) || machine.enabled(task) || machine.kind[task] === STEP.ASLEEP) continue;
      const later: Later = {
        task,
        kind: machine.stepKind(task),
        expected: machine.expected[task]!,
        waited: true,
        outcome: 0,
        outcomes: 1,
        index: -1,
        addr: machine.touched(task),
        writes: machine.writes(task),
        size: 0,
      };
      const { length } = this.#log;
      const previous = this.#log.lastOf(task);
      if (later.kind === STEP.RELAX) this.#reverseSpin(later, spinReadsOf(task), length, previous);
      else this.#reverseRaces(later, length, previous);
    }
  }

  /**
   * Finds the events that `later` races with, from the nearest back, and plans each race the other way round.
   * `end`: the first event that cannot be one. `previous`: the event of the same task before it, or -1.
   */
  #reverseRaces(later: Later, end: number, previous: number): void {
    const log = this.#log;
    const found: number[] = [];
    if (later.size > 0) {
      for (let index = end - 1; index >= 0; index--) this.#tryRace(index, later, previous, found);
      return;
    }
    this.#reverseAlong(later.addr, this.#latestOn(later, end), later, previous, found);
    // What its lock lies in may have been freed: that is on another word than what the lock shares with others.
    const lock = -later.size;
    if (lock > 0) this.#reverseAlong(lock, log.latestOn(lock, end), later, previous, found);
  }

  /** Goes back along the events on a word, from the one at `from` on. */
  #reverseAlong(word: number, from: number, later: Later, previous: number, found: number[]): void {
    const log = this.#log;
    for (let index = from; index >= 0; index = log.earlierOn(index, word)) {
      const isOld = !this.#tryRace(index, later, previous, found);
      // All that touched the word before a write of it comes before that write.
      if (isOld && log.writes[index] !== 0) return;
    }
  }

  /** Plans the race with the event at `index` the other way round, if it is one; false if the event is not next to `later`. */
  #tryRace(index: number, later: Later, previous: number, found: number[]): boolean {
    const log = this.#log;
    if (this.#isNotNext(index, later.task, previous, found)) return false;
    if (!log.conflicts(index, later.addr, later.writes, later.size)) return true;
    if (later.waited && !this.#couldComeBefore(later, index)) return true;
    found.push(index);
    this.#reverse(index, later);
    return true;
  }

  /** The latest event in front of `end` that touches the word of `later`, or -1. */
  #latestOn({ index, addr }: Later, end: number): number {
    const log = this.#log;
    return index >= 0 && log.addr[index] === addr ? log.onWord[index]! : log.latestOn(addr, end);
  }

  /** True if the event at `index` comes before the task's previous step, or before another racing event: it is not next. */
  #isNotNext(index: number, task: number, previous: number, found: readonly number[]): boolean {
    const log = this.#log;
    if (log.task[index] === task || (previous >= 0 && log.comesBefore(index, previous))) return true;
    for (const nearer of found) if (log.comesBefore(index, nearer)) return true;
    return false;
  }

  /** True if a step that can only be taken in some states could have been taken in front of the event at `index`. */
  #couldComeBefore(later: Later, index: number): boolean {
    const { kind, expected, task } = later;
    const log = this.#log;
    if (kind === STEP.AWAIT_READ || kind === STEP.AWAIT_CAS) return log.before[index] === expected;
    if (kind === STEP.RELAX) return log.before[index] !== expected;
    return log.wasAble(index, task);
  }

  /** Plans the execution in which `later` comes before the event at `index`. */
  #reverse(index: number, later: Later): void {
    const log = this.#log;
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
