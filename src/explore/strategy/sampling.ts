import { mix, nextRandom } from "#shared/random";
import { EventLog } from "../event-log.ts";
import type { Machine } from "../machine.ts";
import {
  type Budget,
  type OnExecution,
  repeat,
  type Search,
  type SearchResult,
  stopsEarly,
} from "../search.ts";

/** Draws numbers below `n`, seeded. */
export class Lots {
  #state = 1;

  /** Begins anew: the same for the same seed and execution. */
  seed(seed: number, execution: number): void {
    this.#state = mix(seed, execution, execution >>> 16) | 1;
  }

  /** 0 to n-1. */
  below(n: number): number {
    this.#state = nextRandom(this.#state);
    // The low bits of an xorshift are its weakest.
    return ((this.#state >>> 3) & 0xffffff) % n;
  }
}

/** Chooses who goes next, by chance. One file each: random, pct, pos. */
export interface Picker {
  /** An execution begins. */
  begin(lots: Lots): void;
  /** The task to go next, of those that can. `running`: whose step was the last, or -1. */
  pick(machine: Machine, log: EventLog, running: number, lots: Lots): number;
}

/** Where a search is: which execution is next is all there is to know. */
export interface SavedSampling {
  readonly executions: number;
  readonly steps: number;
}

/** Executions drawn by chance, one after the other, each by the seed and its own number: any can be had again. */
export class SamplingSearch implements Search {
  readonly #machine: Machine;
  readonly #picker: Picker;
  readonly #seed: number;
  readonly #budget: Budget;
  readonly #onExecution: OnExecution;
  readonly log: EventLog;
  readonly #lots = new Lots();
  #executions = 0;
  #steps = 0;
  #longest = 0;
  #overran = false;

  constructor(
    machine: Machine,
    picker: Picker,
    seed: number,
    budget: Budget,
    onExecution: OnExecution,
    saved?: SavedSampling,
  ) {
    this.#machine = machine;
    this.#picker = picker;
    this.#seed = seed;
    this.#budget = budget;
    this.#onExecution = onExecution;
    this.log = new EventLog(machine);
    this.#executions = saved?.executions ?? 0;
    this.#steps = saved?.steps ?? 0;
  }

  get result(): SearchResult {
    return {
      executions: this.#executions,
      blocked: 0,
      steps: this.#steps,
      exhaustive: false,
      overran: this.#overran,
      longest: this.#longest,
    };
  }

  goOn(until: number): boolean {
    return repeat(() => this.#execute(), until);
  }

  share(): number {
    return this.#executions / this.#budget.executions;
  }

  save(): SavedSampling {
    return { executions: this.#executions, steps: this.#steps };
  }

  #execute(): boolean {
    const log = this.log;
    const machine = this.#machine;
    const lots = this.#lots;
    machine.reset();
    log.truncate(0);
    lots.seed(this.#seed, this.#executions);
    this.#picker.begin(lots);
    let running = -1;
    while (log.length <= this.#budget.steps && !stopsEarly(this.#budget, machine, log)) {
      const task = this.#picker.pick(machine, log, running, lots);
      if (task < 0) break;
      const outcomes = machine.outcomes(task);
      log.take(machine, task, outcomes > 1 ? lots.below(outcomes) : 0);
      running = task;
    }
    this.#steps += log.length;
    if (log.length > this.#longest) this.#longest = log.length;
    this.#overran = log.length > this.#budget.steps;
    if (this.#overran) return true;
    this.#executions++;
    return !this.#onExecution(log) || this.#executions >= this.#budget.executions;
  }
}
