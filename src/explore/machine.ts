import type { Scenario } from "#scenarios/define";
import { CONTROL, RunAborted, type Step, WorldAbandoned } from "#shared/atomic/index";
import { pace, pending, primitive, spin } from "#shared/atomic/pending";
import { STEP } from "#shared/atomic/step-kind";
import { setCurrentTask } from "#shared/task";
import { type Reported, reportsIn } from "../catalogue/world-map.ts";
import { cycleFrom } from "./waits.ts";
import { World } from "./world.ts";

/**
 * Where tasks may be interrupted: before each access to memory, or only before each lock or refcount operation and
 * each access outside of one. `lock` is as good as `atomic` where the operations themselves are shown to be
 * linearizable at `atomic`, and takes far fewer steps.
 */
export type Granularity = "atomic" | "lock";

/** Values of `Machine.state`. */
export const TASK_AT = { STEP: 0, DONE: 1, THREW: 2 } as const;

/**
 * Runs the stepped build of a scenario in one thread, one step of one task at a time. Knows of each task its next
 * step before it is taken. A world is laid out once and restored from a copy for each execution.
 */
export class Machine {
  readonly tasks: number;
  readonly names: readonly string[];
  /** By task: true if it need not come to an end. */
  readonly daemons: readonly boolean[];
  readonly world: World;
  readonly words: Int32Array;
  /** Per task: where it is (`TASK_AT`), and the kind, word, operand and comparand of its next step. */
  readonly state: Uint8Array;
  readonly kind: Uint8Array;
  readonly addr: Int32Array;
  readonly value: Int32Array;
  readonly expected: Int32Array;
  /** Told of each single access before it is taken, at either granularity; only where call stacks are on. */
  onAccess: ((task: number, kind: number, addr: number, outcome: number) => void) | undefined;
  /** Told when the world is about to start anew. */
  onReset: (() => void) | undefined;
  /** Where each task is, as the door saw it: a call stack in front of its next access. Only where call stacks are on. */
  readonly stacks: string[] = [];
  /** Tasks that wait for each other in a cycle, none of them able to go on, since the step that closed it. */
  cycle: readonly number[] | undefined;
  /** What a task threw, other than leaving an abandoned world. */
  thrown: { readonly task: number; readonly error: unknown } | undefined;

  readonly #byLock: boolean;
  readonly #depth: Uint8Array;
  readonly #object: Int32Array;
  readonly #self: Int32Array;
  /** 1 while the next step is the first access of a primitive. */
  readonly #first: Uint8Array;
  readonly #params: never;
  readonly #runs: readonly ((root: number, params: never) => Step<void>)[];
  readonly #generators: (Step<void> | undefined)[];
  readonly #notified: Uint8Array;
  readonly #asleepSince: Int32Array;
  #sleepClock = 0;
  /** Words that were notified while nobody slept there: who comes later has missed it. */
  readonly #missed = new Set<number>();

  constructor(
    scenario: Scenario,
    params: Readonly<Record<string, string | number>>,
    granularity: Granularity = "atomic",
  ) {
    const mode = "batch";
    this.#byLock = granularity === "lock";
    this.#params = params as never;
    const specs = scenario.tasks(this.#params, mode);
    this.tasks = specs.length;
    this.names = specs.map((spec) => spec.name);
    this.daemons = specs.map((spec) => spec.daemon === true);
    this.#runs = specs.map((spec) => spec.run as (root: number, params: never) => Step<void>);
    this.world = new World(scenario, params, this.tasks);
    this.words = this.world.words;
    this.state = new Uint8Array(this.tasks);
    this.kind = new Uint8Array(this.tasks);
    this.addr = new Int32Array(this.tasks);
    this.value = new Int32Array(this.tasks);
    this.expected = new Int32Array(this.tasks);
    this.#depth = new Uint8Array(this.tasks);
    this.#object = new Int32Array(this.tasks);
    this.#self = new Int32Array(this.tasks);
    this.#first = new Uint8Array(this.tasks);
    this.#generators = new Array<Step<void> | undefined>(this.tasks);
    this.#notified = new Uint8Array(this.tasks);
    this.#asleepSince = new Int32Array(this.tasks);
  }

  /** Back to the world as it was laid out, each task in front of its first step. */
  reset(): void {
    this.world.restore();
    this.onReset?.();
    pace.byLock = this.#byLock && !pending.trace;
    pace.ahead = 0;
    pace.on = pace.byLock;
    this.thrown = undefined;
    this.cycle = undefined;
    this.#notified.fill(0);
    spin.count.fill(0);
    spin.looping.fill(0);
    this.#depth.fill(0);
    this.#sleepClock = 0;
    this.#missed.clear();
    for (let task = 0; task < this.tasks; task++) {
      const run = this.#runs[task] as (root: number, params: never) => Step<void>;
      this.#generators[task] = run(this.world.root, this.#params);
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
        return this.value[task] === 0 || this.#changedWord(task) !== 0;
      default:
        return true;
    }
  }

  /** True while some task can take a step. */
  anyEnabled(): boolean {
    for (let task = 0; task < this.tasks; task++) if (this.enabled(task)) return true;
    return false;
  }

  /** True once the task has run to its end (or left an abandoned world, or thrown). */
  finished(task: number): boolean {
    return this.state[task] !== TASK_AT.STEP;
  }

  /** True if the step can only be taken in some states, so that the event that let it through is no race. */
  waits(task: number): boolean {
    const kind = this.kind[task];
    if (kind === STEP.RELAX) return this.value[task] !== 0;
    return kind === STEP.AWAIT_READ || kind === STEP.AWAIT_CAS || kind === STEP.ASLEEP;
  }

  /** 1 if the task's next step would write the word it touches, taken now. */
  writes(task: number): number {
    if (this.#inPrimitive(task)) return 1;
    switch (this.kind[task]) {
      case STEP.READ:
      case STEP.READ_ONCE:
      case STEP.PLAIN_READ:
      case STEP.AWAIT_READ:
      case STEP.RELAX:
      case STEP.CHOOSE:
        return 0;
      case STEP.CAS:
        return this.words[this.addr[task]!] === this.expected[task] ? 1 : 0;
      default:
        return 1;
    }
  }

  /** The kind of the next step; NONE for a whole primitive, whatever it begins with. */
  stepKind(task: number): number {
    return this.#inPrimitive(task) ? STEP.NONE : this.kind[task]!;
  }

  /** Ways in which the task's next step can go: 1, unless it draws lots. */
  outcomes(task: number): number {
    return this.kind[task] === STEP.CHOOSE ? Math.max(1, this.value[task]!) : 1;
  }

  #inPrimitive(task: number): boolean {
    return this.#byLock && this.#depth[task]! > 0;
  }

  /** The word of the next step: in a primitive its object, in a spin loop the word that changed. */
  touched(task: number): number {
    if (this.#inPrimitive(task)) return this.#object[task]!;
    if (this.kind[task] === STEP.RELAX) return this.value[task] === 0 ? 0 : this.#changedWord(task);
    return this.addr[task]!;
  }

  /** The lock or refcount that the next step synchronizes on: the primitive's own, or the word. */
  syncWord(task: number): number {
    return this.#inPrimitive(task) ? this.#self[task]! : this.addr[task]!;
  }

  /**
   * Takes the task's next step; it is enabled. `choice` answers a CHOOSE. At granularity `lock` a step inside a
   * primitive goes on to its end, or until it has to wait.
   */
  step(task: number, choice = 0): void {
    this.#single(task, choice);
    while (
      this.#byLock &&
      this.#depth[task]! > 0 &&
      this.#first[task] === 0 &&
      this.state[task] === TASK_AT.STEP &&
      this.enabled(task)
    )
      this.#single(task, 0);
    if (this.cycle === undefined && this.state[task] === TASK_AT.STEP && !this.enabled(task))
      this.cycle = cycleFrom(this, task);
  }

  /**
   * Takes up to `count` steps of the task one after the other, as they were taken before; returns how many. It stops
   * early in front of a step that needs to be told an outcome.
   */
  steps(task: number, count: number, choice: number): number {
    if (pending.trace) {
      this.step(task, choice);
      return 1;
    }
    pace.ahead = count - 1;
    pace.on = true;
    this.step(task, choice);
    const taken = count - pace.ahead;
    pace.ahead = 0;
    pace.on = pace.byLock;
    return taken;
  }

  /**
   * Takes the task's next step and goes on with it for as long as `follow` wants: that is asked in front of each
   * further step, and knows it by the same questions as before any step. Ends in front of a step that needs the
   * machine. With call stacks on it takes one step only.
   */
  run(task: number, choice: number, follow: () => boolean): void {
    if (!pending.trace) {
      pace.on = true;
      pace.follow = () => {
        this.#note(task);
        return follow();
      };
    }
    this.step(task, choice);
    pace.follow = undefined;
    pace.on = pace.byLock;
  }

  #single(task: number, choice: number): void {
    const kind = this.kind[task]!;
    this.onAccess?.(task, kind, this.addr[task]!, choice);
    if (kind === STEP.RELAX) {
      spin.count[task] = 0;
      spin.looping[task] = 1;
    }
    if (kind === STEP.NOTIFY) this.#notify(this.addr[task]!, this.value[task]!);
    pending.value = choice;
    this.#advance(task);
    if (kind === STEP.WAIT && this.kind[task] === STEP.ASLEEP && this.state[task] === TASK_AT.STEP) {
      this.#notified[task] = 0;
      this.#asleepSince[task] = ++this.#sleepClock;
    }
  }

  /** True if a notify of the word found nobody asleep there. */
  missedNotify(addr: number): boolean {
    return this.#missed.has(addr);
  }

  /** The violations reported so far. */
  reports(): Reported[] {
    return reportsIn(this.words, this.world.map);
  }

  /** The heap of the world, for names. */
  get heap(): number {
    return this.world.map.heap;
  }

  /** Runs the scenario's check on the world as it is now; reports go to the violation table. */
  check(): void {
    this.world.check();
  }

  #advance(task: number): void {
    setCurrentTask(task);
    spin.task = task;
    primitive.depth = this.#depth[task]!;
    primitive.object = this.#object[task]!;
    primitive.self = this.#self[task]!;
    primitive.fresh = false;
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
    this.#note(task);
  }

  /** Remembers the step in front of which the task is. */
  #note(task: number): void {
    this.#depth[task] = primitive.depth;
    this.#object[task] = primitive.object;
    this.#self[task] = primitive.self;
    this.#first[task] = pending.first ? 1 : 0;
    if (pending.trace) this.stacks[task] = pending.stack;
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
      if (first < 0) {
        if (woken === 0) this.#missed.add(addr);
        return;
      }
      this.#notified[first] = 1;
    }
  }

  /** The first word of the spin loop that is not what the loop read, or 0. */
  #changedWord(task: number): number {
    const { reads, count, addr, value } = spin;
    const known = Math.min(count[task]!, reads);
    for (let slot = task * reads; slot < task * reads + known; slot++) {
      if (this.words[addr[slot]!] !== value[slot]) return addr[slot]!;
    }
    return 0;
  }
}
