import type { Scenario } from "#scenarios/define";
import { SHADOW } from "#shared/atomic/access";
import {
  bind,
  CONTROL,
  CONTROL_WORDS,
  onBadAccess,
  RunAborted,
  type Step,
  shadow,
  WorldAbandoned,
} from "#shared/atomic/index";
import { pace, pending, primitive, spin } from "#shared/atomic/pending";
import { STEP } from "#shared/atomic/step-kind";
import { initHeap } from "#shared/memory/heap";
import { placeStats, STAT_WORDS } from "#shared/stats";
import { type Holder, holderOf } from "#shared/sync/holder";
import { placeTasks, setCurrentTask, TASK, TASK_WORDS, taskBlock, WAIT_KIND } from "#shared/task";
import {
  placeViolations,
  reportBadAccess,
  VIOLATION,
  type ViolationKind,
  violationKinds,
} from "#shared/violation";

/**
 * Where tasks may be interrupted: before each access to memory, or only before each lock or refcount operation and
 * each access outside of one. `lock` is as good as `atomic` where the operations themselves are shown to be
 * linearizable at `atomic`, and takes far fewer steps.
 */
export type Granularity = "atomic" | "lock";

/** The machine that the door and the tables of shared memory are bound to. */
let active: Machine | undefined;

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
  /** Told of each single access before it is taken, at either granularity; only where call stacks are on. */
  onAccess: ((task: number, kind: number, addr: number, outcome: number) => void) | undefined;
  /** Where each task is, as the door saw it: a call stack in front of its next access. Only where call stacks are on. */
  readonly stacks: string[] = [];
  /** Tasks that wait for each other in a cycle, none of them able to go on, since the step that closed it. */
  cycle: readonly number[] | undefined;
  /** What a task threw, other than leaving an abandoned world. */
  thrown: { readonly task: number; readonly error: unknown } | undefined;

  readonly #scenario: Scenario;
  readonly #shadow: Uint8Array;
  readonly #shadowSnapshot: Uint8Array;
  readonly #byLock: boolean;
  readonly #depth: Uint8Array;
  readonly #object: Int32Array;
  readonly #self: Int32Array;
  /** 1 while the next step is the first access of a primitive. */
  readonly #first: Uint8Array;
  readonly #params: never;
  readonly #root: number;
  readonly #heap: number;
  readonly #snapshot: Int32Array;
  readonly #runs: readonly ((root: number, params: never) => Step<void>)[];
  readonly #generators: (Step<void> | undefined)[];
  readonly #notified: Uint8Array;
  readonly #asleepSince: Int32Array;
  #sleepClock = 0;
  readonly #places: { readonly violations: number; readonly blocks: number; readonly stats: number };

  constructor(
    scenario: Scenario,
    params: Readonly<Record<string, string | number>>,
    granularity: Granularity = "atomic",
  ) {
    const mode = "batch";
    this.#byLock = granularity === "lock";
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
    this.#places = { violations, blocks, stats };
    this.#shadow = new Uint8Array(this.words.length).fill(SHADOW.LIVE, 0, this.#heap);
    this.#activate();
    setCurrentTask(0);
    initHeap(this.#heap, worldWords, 0);
    this.#root = finish(scenario.setup(this.#heap, this.#params, mode));
    this.#snapshot = this.words.slice();
    this.#shadowSnapshot = this.#shadow.slice();
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

  /** Binds the door and the tables to this machine's memory. There may be several machines, one at work at a time. */
  #activate(): void {
    active = this;
    bind(this.words, { spinLimit: 0, seed: 1 });
    placeViolations(this.#places.violations);
    placeTasks(this.#places.blocks, this.tasks);
    placeStats(this.#places.stats);
    shadow(this.#shadow);
    onBadAccess(reportBadAccess);
  }

  /** Back to the world as it was laid out, each task in front of its first step. */
  reset(): void {
    if (active !== this) this.#activate();
    pace.byLock = this.#byLock && !pending.trace;
    pace.ahead = 0;
    pace.on = pace.byLock;
    this.words.set(this.#snapshot);
    this.#shadow.set(this.#shadowSnapshot);
    this.thrown = undefined;
    this.cycle = undefined;
    this.#notified.fill(0);
    spin.count.fill(0);
    this.#depth.fill(0);
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
        return this.#changedWord(task) !== 0;
      default:
        return true;
    }
  }

  /** True once the task has run to its end (or left an abandoned world, or thrown). */
  finished(task: number): boolean {
    return this.state[task] !== TASK_AT.STEP;
  }

  /** True if the step can only be taken in some states, so that the event that let it through is no race. */
  waits(task: number): boolean {
    const kind = this.kind[task];
    return kind === STEP.AWAIT_READ || kind === STEP.AWAIT_CAS || kind === STEP.ASLEEP || kind === STEP.RELAX;
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
    if (this.kind[task] === STEP.RELAX) return this.#changedWord(task);
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
      this.cycle = this.#cycleFrom(task);
  }

  /** The cycle of waits that the task is in, from it on. */
  #cycleFrom(start: number): readonly number[] | undefined {
    const path = [start];
    for (let task = this.holderOf(start).owner; task !== start; task = this.holderOf(task).owner) {
      const goesOn = task < 0 || task >= this.tasks || this.finished(task) || this.enabled(task);
      if (goesOn || path.includes(task)) return undefined;
      path.push(task);
    }
    return path;
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
    if (kind === STEP.RELAX) spin.count[task] = 0;
    else if (kind === STEP.NOTIFY) this.#notify(this.addr[task]!, this.value[task]!);
    pending.value = choice;
    this.#advance(task);
    if (kind === STEP.WAIT && this.kind[task] === STEP.ASLEEP && this.state[task] === TASK_AT.STEP) {
      this.#notified[task] = 0;
      this.#asleepSince[task] = ++this.#sleepClock;
    }
  }

  /** The kinds of violation reported so far, with task, word and value. */
  reports(): { kind: ViolationKind; task: number; object: number; value: number; other: number }[] {
    const kept = Math.min(this.violations(), VIOLATION.KEPT);
    return Array.from({ length: kept }, (_, slot) => {
      const entry = CONTROL_WORDS + slot * VIOLATION.WORDS;
      const at = (field: number): number => this.words[entry + field]!;
      const kind = violationKinds[at(VIOLATION.KIND)] ?? "none";
      return {
        kind,
        task: at(VIOLATION.TASK),
        object: at(VIOLATION.OBJECT),
        value: at(VIOLATION.VALUE),
        other: at(VIOLATION.OTHER) - 1,
      };
    });
  }

  /** The heap of the world, for names. */
  get heap(): number {
    return this.#heap;
  }

  /** The word that a task which cannot go on waits for: its lock where it said so, else the word of its step. */
  waitsFor(task: number): number {
    const said = this.words[taskBlock(task) + TASK.WAITS_FOR]!;
    return said === 0 ? this.addr[task]! : said;
  }

  /** Who holds what a task waits for, where it said what that is. */
  holderOf(task: number): Holder {
    const block = taskBlock(task);
    return holderOf(
      (addr) => this.words[addr]!,
      this.words[block + TASK.WAITS_FOR]!,
      this.words[block + TASK.WAIT_KIND]!,
    );
  }

  /** True if the task sleeps until somebody notifies it. */
  isAsleep(task: number): boolean {
    return this.state[task] === TASK_AT.STEP && this.kind[task] === STEP.ASLEEP;
  }

  /** True if the task turns in a loop and no word that the loop read has changed. */
  isSpinning(task: number): boolean {
    return this.state[task] === TASK_AT.STEP && this.kind[task] === STEP.RELAX;
  }

  /** True if the task waits on an event, not on a lock. */
  waitsForEvent(task: number): boolean {
    return this.words[taskBlock(task) + TASK.WAIT_KIND] === WAIT_KIND.EVENT;
  }

  /** Runs the scenario's check on the world as it is now; reports go to the violation table. */
  check(): void {
    setCurrentTask(0);
    // Nobody else is about: it need not stop anywhere.
    primitive.depth = 0;
    pace.on = true;
    pace.ahead = Number.POSITIVE_INFINITY;
    finish(this.#scenario.check(this.#root, this.#params, this.#heap));
    pace.ahead = 0;
    pace.on = false;
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
      if (first < 0) return;
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

/** Runs a stepped function to its end with nobody else about. */
function finish<T>(steps: Step<T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}
