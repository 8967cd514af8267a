import { STEP } from "#shared/atomic/step-kind";
import type { DataRace } from "./data-race.ts";
import { type Event, type PlannedStep, touchConflict } from "./event.ts";
import type { Machine } from "./machine.ts";
import { Nondeterminism } from "./nondeterminism.ts";
import { acquires, isNoAccess, isPlain, releases, stores } from "./ordering.ts";
import { type Budget, stopsEarly } from "./search.ts";
import { type SpinRead, spinReadsOf } from "./spin-reads.ts";

const FIRST_CAPACITY = 256;

/**
 * The events of one execution with their order, column by column: millions of executions leave nothing behind.
 * Of each event it knows two vector clocks. The first is the order by conflicts, which tells traces apart; the second
 * the order by synchronization only (program order, and from a write that releases to a read of it that acquires),
 * in which two conflicting accesses, one of them plain, must be ordered: FastTrack's condition (PLDI 2009).
 * A compare-and-exchange counts as a write where it succeeded and as a read where it failed.
 */
export class EventLog {
  length = 0;
  readonly tasks: number;
  task: Int32Array;
  kind: Int32Array;
  addr: Int32Array;
  writes: Int32Array;
  size: Int32Array;
  before: Int32Array;
  /** The operand: what a store writes. */
  operand: Int32Array;
  expected: Int32Array;
  /** 1 for a step that could only be taken in some states. */
  waited: Int32Array;
  outcome: Int32Array;
  outcomes: Int32Array;
  /** The event of the same task before it, and the event on the same word before it; -1 if there is none. */
  previous: Int32Array;
  onWord: Int32Array;
  /** The first data race of this execution. */
  race: DataRace | undefined;

  /** Per event and task: 1 if the task could have gone on in front of the event. */
  #able: Uint8Array;
  /** For a turn of a spin loop: the words that the loop had read, and what it saw. */
  readonly #spins = new Map<number, readonly SpinRead[]>();
  readonly #lastOf: Int32Array;
  readonly #lastOn: Int32Array;
  /** Per lock that lies in an object: the last operation on it that has another word for its `addr`. */
  readonly #lastInside: Int32Array;
  #insideBefore: Int32Array;
  /** Per word: the event whose write would be read by an acquiring load now, if that write releases; -1 else. */
  readonly #released: Int32Array;
  /** Per word: 1 once any execution has had a plain access to it. */
  readonly #plain: Uint8Array;
  #releasedBefore: Int32Array;
  #syncWord: Int32Array;
  /** Number of the event within its task, from 1. */
  #sequence: Int32Array;
  #clocks: Int32Array;
  #syncClocks: Int32Array;
  /** For an event that frees: what was last on each of its words. */
  readonly #freed = new Map<number, Int32Array>();

  constructor(machine: Machine) {
    this.tasks = machine.tasks;
    this.#lastOf = new Int32Array(machine.tasks).fill(-1);
    this.#able = new Uint8Array(FIRST_CAPACITY * machine.tasks);
    this.#lastOn = new Int32Array(machine.words.length).fill(-1);
    this.#released = new Int32Array(machine.words.length).fill(-1);
    this.#lastInside = new Int32Array(machine.words.length).fill(-1);
    this.#plain = new Uint8Array(machine.words.length);
    const column = (): Int32Array => new Int32Array(FIRST_CAPACITY);
    this.task = column();
    this.kind = column();
    this.addr = column();
    this.writes = column();
    this.size = column();
    this.before = column();
    this.operand = column();
    this.expected = column();
    this.waited = column();
    this.outcome = column();
    this.outcomes = column();
    this.previous = column();
    this.onWord = column();
    this.#insideBefore = column();
    this.#releasedBefore = column();
    this.#syncWord = column();
    this.#sequence = column();
    this.#clocks = new Int32Array(FIRST_CAPACITY * machine.tasks);
    this.#syncClocks = new Int32Array(FIRST_CAPACITY * machine.tasks);
  }

  /** Takes the task's next step on the machine and appends it. */
  take(machine: Machine, task: number, outcome: number): void {
    this.#append(machine, task, outcome);
    machine.step(task, outcome);
  }

  /**
   * Takes the task's next step and those that follow, up to one that the machine has a part in (a wait, a wake-up, a
   * lot), to the budget's steps, or to what the budget says an execution ends at.
   */
  run(machine: Machine, task: number, outcome: number, budget: Budget): void {
    this.#append(machine, task, outcome);
    machine.run(task, outcome, () => {
      if (this.length > budget.steps || stopsEarly(budget, machine, this)) return false;
      this.#append(machine, task, 0);
      return true;
    });
  }

  #append(machine: Machine, task: number, outcome: number): void {
    const index = this.length;
    if (index === this.task.length) this.#grow();
    const kind = machine.stepKind(task);
    const addr = machine.touched(task);
    const writes = machine.writes(task);
    this.task[index] = task;
    this.kind[index] = kind;
    this.addr[index] = addr;
    this.writes[index] = writes;
    const word = machine.syncWord(task);
    if (kind === STEP.FREE || kind === STEP.REUSE) this.size[index] = machine.value[task]!;
    else this.size[index] = kind === STEP.NONE && word !== addr ? -word : 0;
    this.before[index] = machine.words[machine.addr[task]!]!;
    this.operand[index] = machine.value[task]!;
    this.expected[index] = machine.expected[task]!;
    this.waited[index] = machine.waits(task) ? 1 : 0;
    this.outcome[index] = outcome;
    this.outcomes[index] = kind === STEP.CHOOSE ? machine.value[task]! : 1;
    for (let other = 0; other < this.tasks; other++)
      this.#able[index * this.tasks + other] = machine.enabled(other) ? 1 : 0;
    if (kind === STEP.RELAX) this.#spins.set(index, spinReadsOf(task));
    this.previous[index] = this.#lastOf[task]!;
    this.#lastOf[task] = index;
    this.length = index + 1;
    this.#order(index, task, addr, writes);
    this.#synchronize(index, task, kind, writes, word);
  }

  /**
   * Forgets the events from `length` on, and takes those before it again on the machine, which is reset.
   * @throws Nondeterminism if a task is not where it was
   */
  rewind(machine: Machine, length: number): void {
    this.truncate(length);
    machine.reset();
    let index = 0;
    while (index < length) {
      const task = this.task[index]!;
      if (machine.finished(task) || machine.stepKind(task) !== this.kind[index])
        throw new Nondeterminism(index, task);
      let end = index + 1;
      while (end < length && this.task[end] === task) end++;
      index += machine.steps(task, end - index, this.outcome[index]!);
    }
  }

  /** Forgets the events from `length` on. */
  truncate(length: number): void {
    for (let index = this.length - 1; index >= length; index--) {
      this.#lastOf[this.task[index]!] = this.previous[index]!;
      const addr = this.addr[index]!;
      const freed = this.size[index]! > 0 ? this.#freed.get(index) : undefined;
      if (freed !== undefined) this.#lastOn.set(freed, addr);
      else if (addr !== 0) this.#lastOn[addr] = this.onWord[index]!;
      const size = this.size[index]!;
      if (size < 0) this.#lastInside[-size] = this.#insideBefore[index]!;
      const word = this.#syncWord[index]!;
      if (word !== 0) this.#released[word] = this.#releasedBefore[index]!;
    }
    this.length = length;
    if (this.race !== undefined && this.race.second >= length) this.race = undefined;
  }

  /** True if event `index` is `later` or comes before it, in the order by conflicts. */
  comesBefore(index: number, later: number): boolean {
    return this.#clocks[later * this.tasks + this.task[index]!]! >= this.#sequence[index]!;
  }

  /** True if event `index` does not commute with a step that touches what is given. */
  conflicts(index: number, addr: number, writes: number, size: number): boolean {
    return touchConflict(this.addr[index]!, this.writes[index]!, this.size[index]!, addr, writes, size);
  }

  /** The event that touched `addr` before event `index` did, or -1. */
  earlierOn(index: number, addr: number): number {
    if (this.size[index]! <= 0) return this.onWord[index]!;
    return this.#freed.get(index)?.[addr - this.addr[index]!] ?? -1;
  }

  /** True if the task could have gone on in front of event `index`. */
  wasAble(index: number, task: number): boolean {
    return this.#able[index * this.tasks + task] === 1;
  }

  /** What a spin loop had read when it took its turn at `index`. */
  spinReads(index: number): readonly SpinRead[] {
    return this.#spins.get(index) ?? [];
  }

  /** The latest event in front of `end` that touches `addr`, or -1. */
  latestOn(addr: number, end: number): number {
    let index = this.#lastOn[addr]!;
    while (index >= end) index = this.earlierOn(index, addr);
    return index;
  }

  /** The task's latest event, or -1. */
  lastOf(task: number): number {
    return this.#lastOf[task]!;
  }

  /** One event as an object. */
  event(index: number): Event {
    return {
      task: this.task[index]!,
      kind: this.kind[index]!,
      addr: this.addr[index]!,
      writes: this.writes[index]!,
      size: this.size[index]!,
      before: this.before[index]!,
      expected: this.expected[index]!,
      waited: this.waited[index] === 1,
      outcome: this.outcome[index]!,
      outcomes: this.outcomes[index]!,
    };
  }

  /** The step that an event was. */
  planned(index: number): PlannedStep {
    return {
      task: this.task[index]!,
      addr: this.addr[index]!,
      writes: this.writes[index]!,
      size: this.size[index]!,
      outcome: this.outcome[index]!,
      outcomes: this.outcomes[index]!,
    };
  }

  /**
   * Writes a step that was not taken behind the last event, where the next one will overwrite it; returns its number.
   * `writes` 1 if it would write there.
   */
  draft(step: PlannedStep, writes: number): number {
    const index = this.length;
    if (index === this.task.length) this.#grow();
    this.task[index] = step.task;
    this.addr[index] = step.addr;
    this.writes[index] = writes;
    this.size[index] = step.size;
    this.outcome[index] = step.outcome;
    this.outcomes[index] = step.outcomes;
    return index;
  }

  /** All events as objects: a copy. */
  get events(): Event[] {
    return Array.from({ length: this.length }, (_, index) => this.event(index));
  }

  #order(index: number, task: number, addr: number, writes: number): void {
    const { tasks, previous } = this;
    const clocks = this.#clocks;
    const own = index * tasks;
    const before = previous[index]!;
    if (before < 0) {
      for (let other = 0; other < tasks; other++) clocks[own + other] = 0;
      this.#sequence[index] = 1;
    } else {
      for (let other = 0; other < tasks; other++) clocks[own + other] = clocks[before * tasks + other]!;
      this.#sequence[index] = this.#sequence[before]! + 1;
    }
    if (this.size[index]! > 0) this.#orderFree(index, addr, this.size[index]!);
    else if (addr !== 0) {
      let earlier = this.#lastOn[addr]!;
      this.onWord[index] = earlier;
      this.#lastOn[addr] = index;
      // Back to the last write: what is before it comes before it.
      while (earlier >= 0) {
        const wrote = this.writes[earlier]! !== 0;
        if (wrote || writes !== 0) this.#join(clocks, own, earlier * tasks);
        if (wrote) break;
        earlier = this.earlierOn(earlier, addr);
      }
    } else this.onWord[index] = -1;
    if (this.size[index]! < 0) this.#orderInside(index, -this.size[index]!);
    clocks[own + task] = this.#sequence[index]!;
  }

  /** An operation on a lock comes after the free of what the lock lies in, and before the next. */
  #orderInside(index: number, lock: number): void {
    let earlier = this.#lastOn[lock]!;
    while (earlier >= 0 && this.size[earlier]! <= 0) earlier = this.earlierOn(earlier, lock);
    if (earlier >= 0) this.#join(this.#clocks, index * this.tasks, earlier * this.tasks);
    this.#insideBefore[index] = this.#lastInside[lock]!;
    this.#lastInside[lock] = index;
  }

  /** A freed object's words are all written, as far as order goes: what touches them later comes after. */
  #orderFree(index: number, addr: number, size: number): void {
    this.onWord[index] = -1;
    this.#freed.set(index, this.#lastOn.slice(addr, addr + size));
    for (let word = addr; word < addr + size; word++) {
      for (let earlier = this.#lastOn[word]!; earlier >= 0; earlier = this.earlierOn(earlier, word)) {
        this.#join(this.#clocks, index * this.tasks, earlier * this.tasks);
        if (this.writes[earlier] !== 0) break;
      }
      // Operations on one lock are in order: the last one has the others before it.
      const inside = this.#lastInside[word]!;
      if (inside >= 0) this.#join(this.#clocks, index * this.tasks, inside * this.tasks);
      this.#lastOn[word] = index;
    }
  }

  #synchronize(index: number, task: number, kind: number, writes: number, word: number): void {
    const { tasks } = this;
    const clocks = this.#syncClocks;
    const own = index * tasks;
    const before = this.previous[index]!;
    for (let other = 0; other < tasks; other++)
      clocks[own + other] = before < 0 ? 0 : clocks[before * tasks + other]!;
    this.#syncWord[index] = 0;
    if (word !== 0) {
      const source = this.#released[word]!;
      if (source >= 0 && acquires[kind] === 1) this.#join(clocks, own, source * tasks);
      if (writes !== 0 && stores[kind] === 1) {
        this.#syncWord[index] = word;
        this.#releasedBefore[index] = source;
        this.#released[word] = releases[kind] === 1 ? index : -1;
      }
    }
    clocks[own + task] = this.#sequence[index]!;
    const isAccess = this.addr[index]! !== 0 && this.size[index]! <= 0 && isNoAccess[kind] === 0;
    if (this.race === undefined && isAccess) this.#lookForRace(index, task, writes, isPlain[kind]!);
  }

  #lookForRace(index: number, task: number, writes: number, plain: number): void {
    const { tasks } = this;
    const addr = this.addr[index]!;
    if (plain !== 0) this.#plain[addr] = 1;
    for (let other = this.onWord[index]!; other >= 0; other = this.onWord[other]!) {
      const wrote = this.writes[other]!;
      const from = this.task[other]!;
      if (
        from !== task &&
        (wrote | writes) !== 0 &&
        (plain | isPlain[this.kind[other]!]!) !== 0 &&
        this.size[other]! <= 0 &&
        isNoAccess[this.kind[other]!] === 0 &&
        this.#syncClocks[index * tasks + from]! < this.#sequence[other]!
      ) {
        this.race = { first: other, second: index };
        return;
      }
      // What raced with that write has been found there; but marked accesses do not race with one another.
      if (wrote !== 0 && (isPlain[this.kind[other]!] === 1 || this.#plain[addr] === 0)) return;
    }
  }

  #join(clocks: Int32Array, own: number, from: number): void {
    for (let other = 0; other < this.tasks; other++) {
      const clock = clocks[from + other]!;
      if (clock > clocks[own + other]!) clocks[own + other] = clock;
    }
  }

  #grow(): void {
    const wider = (column: Int32Array): Int32Array => {
      const wide = new Int32Array(column.length * 2);
      wide.set(column);
      return wide;
    };
    this.task = wider(this.task);
    this.kind = wider(this.kind);
    this.addr = wider(this.addr);
    this.writes = wider(this.writes);
    this.size = wider(this.size);
    this.before = wider(this.before);
    this.operand = wider(this.operand);
    this.expected = wider(this.expected);
    this.waited = wider(this.waited);
    this.outcome = wider(this.outcome);
    this.outcomes = wider(this.outcomes);
    this.previous = wider(this.previous);
    this.onWord = wider(this.onWord);
    this.#insideBefore = wider(this.#insideBefore);
    this.#releasedBefore = wider(this.#releasedBefore);
    this.#syncWord = wider(this.#syncWord);
    this.#sequence = wider(this.#sequence);
    this.#clocks = wider(this.#clocks);
    this.#syncClocks = wider(this.#syncClocks);
    const able = new Uint8Array(this.#able.length * 2);
    able.set(this.#able);
    this.#able = able;
  }
}
