import type { Mode, Scenario } from "#scenarios/define";
import { bind, CONTROL, CONTROL_WORDS, RunAborted, type Step, WorldAbandoned } from "#shared/atomic/index";
import { pending } from "#shared/atomic/pending";
import { STEP } from "#shared/atomic/step-kind";
import { initHeap } from "#shared/memory/heap";
import { placeStats, STAT_WORDS } from "#shared/stats";
import { placeTasks, setCurrentTask, TASK_WORDS } from "#shared/task";
import { placeViolations, VIOLATION } from "#shared/violation";

/** Reads of one spin loop that are remembered: what the loop waits for is among them. */
const SPIN_READS = 8;

/** Values of `Machine.state`. */
export const TASK_AT = { STEP: 0, DONE: 1, THREW: 2 } as const;

/**
 * Runs the stepped build of a scenario in one thread, one step of one task at a time. Knows of each task its next
 * step before it is taken. A world is laid out once and restored from a copy for each execution.
 */
export class Machine {
  readonly tasks: number;
  readonly names: readonly string[];
  readonly words: Int32Array;
  /** Per task: where it is (`TASK_AT`), and the kind, word, operand and comparand of its next step. */
  readonly state: Uint8Array;
  readonly kind: Uint8Array;
  readonly addr: Int32Array;
  readonly value: Int32Array;
  readonly expected: Int32Array;
  /** What a task threw, other than leaving an abandoned world. */
  thrown: { readonly task: number; readonly error: unknown } | undefined;

  readonly #scenario: Scenario;
  readonly #params: never;
  readonly #root: number;
  readonly #heap: number;
  readonly #snapshot: Int32Array;
  readonly #runs: readonly ((root: number, params: never) => Step<void>)[];
  readonly #generators: (Step<void> | undefined)[];
  readonly #notified: Uint8Array;
  readonly #asleepSince: Int32Array;
  #sleepClock = 0;
  readonly #spinCount: Uint8Array;
  readonly #spinAddr: Int32Array;
  readonly #spinValue: Int32Array;

  constructor(scenario: Scenario, params: Readonly<Record<string, string | number>>, mode: Mode = "batch") {
    this.#scenario = scenario;
    this.#params = params as never;
    const specs = scenario.tasks(this.#params, mode);
    this.tasks = specs.length;
    this.names = specs.map((spec) => spec.name);
    this.#runs = specs.map((spec) => spec.run as (root: number, params: never) => Step<void>);
    const worldWords = scenario.worldWords(this.#params, mode);
    const violations = CONTROL_WORDS;
    const blocks = violations + VIOLATION.KEPT * VIOLATION.WORDS;
    const stats = blocks + this.tasks * TASK_WORDS;
    this.#heap = stats + this.tasks * STAT_WORDS;
    this.words = new Int32Array(this.#heap + worldWords);
    bind(this.words, { spinLimit: 0, seed: 1 });
    placeViolations(violations);
    placeTasks(blocks, this.tasks);
    placeStats(stats);
    setCurrentTask(0);
    initHeap(this.#heap, worldWords, 0);
    this.#root = finish(scenario.setup(this.#heap, this.#params, mode));
    this.#snapshot = this.words.slice();
    this.state = new Uint8Array(this.tasks);
    this.kind = new Uint8Array(this.tasks);
    this.addr = new Int32Array(this.tasks);
    this.value = new Int32Array(this.tasks);
    this.expected = new Int32Array(this.tasks);
    this.#generators = new Array<Step<void> | undefined>(this.tasks);
    this.#notified = new Uint8Array(this.tasks);
    this.#asleepSince = new Int32Array(this.tasks);
    this.#spinCount = new Uint8Array(this.tasks);
    this.#spinAddr = new Int32Array(this.tasks * SPIN_READS);
    this.#spinValue = new Int32Array(this.tasks * SPIN_READS);
  }

  /** Back to the world as it was laid out, each task in front of its first step. */
  reset(): void {
    this.words.set(this.#snapshot);
    this.thrown = undefined;
    this.#notified.fill(0);
    this.#spinCount.fill(0);
    this.#sleepClock = 0;
    for (let task = 0; task < this.tasks; task++) {
      const run = this.#runs[task] as (root: number, params: never) => Step<void>;
      this.#generators[task] = run(this.#root, this.#params);
      this.state[task] = TASK_AT.STEP;
      this.#advance(task);
    }
  }

  /** Violations reported so far in this execution. */
  violations(): number {
    return this.words[CONTROL.VIOLATIONS]!;
  }

  /** True if the task can take its next step now. */
  enabled(task: number): boolean {
    if (this.state[task] !== TASK_AT.STEP) return false;
    switch (this.kind[task]) {
      case STEP.ASLEEP:
        return this.#notified[task] === 1;
      case STEP.AWAIT_READ:
      case STEP.AWAIT_CAS:
        return this.words[this.addr[task]!] === this.expected[task];
      case STEP.RELAX:
        return this.#spinChanged(task);
      default:
        return true;
    }
  }

  /** True once the task has run to its end (or left an abandoned world, or thrown). */
  finished(task: number): boolean {
    return this.state[task] !== TASK_AT.STEP;
  }

  /** Takes the task's next step; it is enabled. `choice` answers a CHOOSE. */
  step(task: number, choice = 0): void {
    const kind = this.kind[task]!;
    const addr = this.addr[task]!;
    if (kind === STEP.READ || kind === STEP.CAS) this.#rememberRead(task, addr);
    else if (kind === STEP.RELAX) this.#spinCount[task] = 0;
    else if (kind === STEP.NOTIFY) this.#notify(addr, this.value[task]!);
    pending.value = choice;
    this.#advance(task);
    if (this.kind[task] === STEP.ASLEEP && kind === STEP.WAIT && this.state[task] === TASK_AT.STEP) {
      this.#notified[task] = 0;
      this.#asleepSince[task] = ++this.#sleepClock;
    }
  }

  /** Runs the scenario's check on the world as it is now; reports go to the violation table. */
  check(): void {
    setCurrentTask(0);
    finish(this.#scenario.check(this.#root, this.#params, this.#heap));
  }

  #advance(task: number): void {
    setCurrentTask(task);
    try {
      const generator = this.#generators[task] as Step<void>;
      if (generator.next().done === true) {
        this.state[task] = TASK_AT.DONE;
        return;
      }
    } catch (error) {
      this.state[task] = TASK_AT.THREW;
      if (!(error instanceof WorldAbandoned) && !(error instanceof RunAborted)) this.thrown = { task, error };
      return;
    }
    this.kind[task] = pending.kind;
    this.addr[task] = pending.addr;
    this.value[task] = pending.value;
    this.expected[task] = pending.expected;
  }

  #notify(addr: number, count: number): void {
    for (let woken = 0; woken < count; woken++) {
      let first = -1;
      for (let task = 0; task < this.tasks; task++) {
        if (this.kind[task] !== STEP.ASLEEP || this.addr[task] !== addr || this.#notified[task] === 1)
          continue;
        if (this.state[task] !== TASK_AT.STEP) continue;
        if (first < 0 || this.#asleepSince[task]! < this.#asleepSince[first]!) first = task;
      }
      if (first < 0) return;
      this.#notified[first] = 1;
    }
  }

  #rememberRead(task: number, addr: number): void {
    const count = this.#spinCount[task]!;
    // Only the latest reads matter: a loop looks at its words again and again.
    const slot = task * SPIN_READS + (count % SPIN_READS);
    this.#spinAddr[slot] = addr;
    this.#spinValue[slot] = this.words[addr]!;
    this.#spinCount[task] = count === 255 ? 255 - SPIN_READS + (255 % SPIN_READS) : count + 1;
  }

  #spinChanged(task: number): boolean {
    const count = Math.min(this.#spinCount[task]!, SPIN_READS);
    for (let slot = task * SPIN_READS; slot < task * SPIN_READS + count; slot++) {
      if (this.words[this.#spinAddr[slot]!] !== this.#spinValue[slot]) return true;
    }
    return false;
  }
}

/** Runs a stepped function to its end with nobody else about. */
function finish<T>(steps: Step<T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}
