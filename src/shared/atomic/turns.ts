import { RunAborted } from "./abort.ts";
import { CONTROL } from "./control.ts";
import type { Addr } from "./step.ts";
import { STEP, type StepKind } from "./step-kind.ts";
import { ENTRY, entryOf, MISFIT, SEAT, SEAT_STATE, seatOf, stepsOf, TURN } from "./turn-map.ts";

/** Looks at the turn before sleeping, where it comes soon: half of what going to sleep and being woken costs. */
const LOOKS = 2000;
/** How far ahead a task looks for its own next turn. */
const SOON = 32;
/** Milliseconds that a wait sleeps before it looks at ABORT again. */
const WAIT_SLICE_MS = 50;

/**
 * One task's part in following a plan. Exactly one task has the turn; it alone touches the arena, its shadow and the
 * clock. A turn is an access and everything up to the next: it ends where the task says what it will do next.
 */
export class Turns {
  readonly #view: Int32Array;
  readonly #words: Int32Array;
  readonly #task: number;
  readonly #tasks: number;
  readonly #seat: Addr;
  readonly #total: number;
  /** Entry of the step that this task is taking. */
  #entry = 0;
  #free = false;

  /** `view` is the turn memory, `words` the arena. */
  constructor(view: Int32Array, words: Int32Array, task: number, tasks: number) {
    this.#view = view;
    this.#words = words;
    this.#task = task;
    this.#tasks = tasks;
    this.#seat = seatOf(task);
    this.#total = tasks + stepsOf(view, tasks);
  }

  /** Waits for the task's start: until then it has run nothing. @throws RunAborted */
  begin(): void {
    this.#await();
  }

  /**
   * Says what the task will do, ends its turn, and waits until the plan has it do just that.
   * Returns the outcome of a CHOOSE.
   * @throws RunAborted once the run is over, which it is too if the plan says otherwise
   */
  arrive(kind: StepKind, addr: Addr, value: number, expected: number): number {
    if (this.#free) return value;
    const view = this.#view;
    view[this.#seat + SEAT.KIND] = kind;
    view[this.#seat + SEAT.ADDR] = addr;
    view[this.#seat + SEAT.VALUE] = value;
    view[this.#seat + SEAT.EXPECTED] = expected;
    if (kind === STEP.ASLEEP) view[this.#seat + SEAT.ASLEEP] = ++view[TURN.SLEEPS]!;
    this.#end();
    this.#await();
    this.#entry = entryOf(this.#tasks, view[TURN.DONE]! - this.#tasks);
    const misfit = this.#misfit(kind, addr, value, expected);
    if (misfit !== MISFIT.NONE) this.#refuse(misfit);
    if (kind === STEP.NOTIFY) this.#notify(addr | 0, value);
    view[this.#entry + ENTRY.BEFORE] = this.#words[addr]!;
    return view[this.#entry + ENTRY.OUTCOME]!;
  }

  /** The step being taken writes its word. */
  wrote(): void {
    if (!this.#free) this.#view[this.#entry + ENTRY.WROTE] = 1;
  }

  /** Address of the world's root. Task 0 says it in its first turn. */
  get root(): Addr {
    return this.#view[TURN.ROOT]!;
  }

  set root(root: Addr) {
    this.#view[TURN.ROOT] = root;
  }

  /**
   * The task has come to its end: its last turn ends. `state` is DONE or THREW of `SEAT_STATE`, `broken` says that what
   * it threw is no part of the emulated system.
   * @throws RunAborted once the run is over
   */
  leave(state: number, broken: boolean): void {
    if (this.#aborted()) throw new RunAborted();
    if (broken) this.#view[TURN.THREW] = 1;
    Atomics.store(this.#view, this.#seat + SEAT.STATE, state);
    this.#end();
  }

  /**
   * Waits until the plan has been followed to its end; true if all tasks have come to theirs, so that the world can be
   * checked.
   * @throws RunAborted
   */
  awaitAll(): boolean {
    this.#await(true);
    if (this.#view[TURN.THREW] !== 0) return false;
    for (let task = 0; task < this.#tasks; task++) {
      if (this.#view[seatOf(task) + SEAT.STATE] === SEAT_STATE.STEP) return false;
    }
    return true;
  }

  /** Runs `work` with nobody else about: its accesses are no steps of the plan. */
  freely<T>(work: () => T): T {
    this.#free = true;
    try {
      return work();
    } finally {
      this.#free = false;
    }
  }

  /** The clock that all tasks share, `by` milliseconds on. */
  tick(by: number): number {
    const now = this.#view[TURN.CLOCK]! + by;
    this.#view[TURN.CLOCK] = now;
    return now;
  }

  #misfit(kind: StepKind, addr: Addr, value: number, expected: number): number {
    const view = this.#view;
    // Compared as the plan holds them: a wild address may be no whole number.
    if (view[this.#entry + ENTRY.KIND] !== kind || view[this.#entry + ENTRY.ADDR] !== (addr | 0))
      return MISFIT.OTHER_STEP;
    if (kind === STEP.ASLEEP) return view[this.#seat + SEAT.ASLEEP] === 0 ? MISFIT.NONE : MISFIT.IMPOSSIBLE;
    if (kind === STEP.AWAIT_READ || kind === STEP.AWAIT_CAS)
      return this.#words[addr] === expected ? MISFIT.NONE : MISFIT.IMPOSSIBLE;
    if (kind !== STEP.CHOOSE) return MISFIT.NONE;
    const outcome = view[this.#entry + ENTRY.OUTCOME]!;
    return outcome >= 0 && outcome < value ? MISFIT.NONE : MISFIT.OUTCOME;
  }

  /** Wakes up to `count` sleepers of the word, in the order they fell asleep, as the stepper does. */
  #notify(addr: Addr, count: number): void {
    const view = this.#view;
    for (let woken = 0; woken < count; woken++) {
      let first = -1;
      for (let seat = seatOf(0); seat < seatOf(this.#tasks); seat += SEAT.WORDS) {
        const since = view[seat + SEAT.ASLEEP]!;
        if (since === 0 || view[seat + SEAT.ADDR] !== addr) continue;
        if (first < 0 || since < view[first + SEAT.ASLEEP]!) first = seat;
      }
      if (first < 0) return;
      view[first + SEAT.ASLEEP] = 0;
    }
  }

  /** Keeps the turn and stands still, so that the coordinator sees the world as it is, until the run is aborted. */
  #refuse(misfit: number): never {
    Atomics.store(this.#view, TURN.MISFIT, misfit);
    for (;;) {
      const ticket = Atomics.load(this.#view, this.#seat + SEAT.WAKE);
      if (this.#aborted()) throw new RunAborted();
      Atomics.wait(this.#view, this.#seat + SEAT.WAKE, ticket, WAIT_SLICE_MS);
    }
  }

  #end(): void {
    // After an abort nobody has the turn, and a task that swallows the abort's throw does not take it back.
    if (this.#aborted()) throw new RunAborted();
    const done = this.#view[TURN.DONE]! + 1;
    const next = this.#ownerOf(done);
    // Asked before the turn is passed on: a moment later the next task may have come to its end, and rightly so.
    const ended = next >= 0 && Atomics.load(this.#view, seatOf(next) + SEAT.STATE) !== SEAT_STATE.STEP;
    Atomics.store(this.#view, TURN.DONE, done);
    if (ended) Atomics.store(this.#view, TURN.MISFIT, MISFIT.ENDED);
    // Behind the plan's last step there is only task 0, which runs the check.
    const woken = Math.max(next, 0);
    if (woken === this.#task) return;
    const wake = seatOf(woken) + SEAT.WAKE;
    Atomics.add(this.#view, wake, 1);
    Atomics.notify(this.#view, wake);
  }

  #await(end = false): void {
    const comes = (): boolean => {
      const done = Atomics.load(this.#view, TURN.DONE);
      return end ? done === this.#total : this.#ownerOf(done) === this.#task;
    };
    for (let looks = this.#isSoon() ? LOOKS : 1; looks > 0; looks--) if (comes()) return;
    for (;;) {
      const ticket = Atomics.load(this.#view, this.#seat + SEAT.WAKE);
      if (this.#aborted()) throw new RunAborted();
      if (comes()) return;
      Atomics.wait(this.#view, this.#seat + SEAT.WAKE, ticket, WAIT_SLICE_MS);
    }
  }

  /** True if one other task at most has the turn before this one has it, and not for long. */
  #isSoon(): boolean {
    const done = Atomics.load(this.#view, TURN.DONE);
    const other = this.#ownerOf(done);
    for (let turn = done; turn < done + SOON; turn++) {
      const owner = this.#ownerOf(turn);
      if (owner === this.#task) return true;
      if (owner !== other) return false;
    }
    return false;
  }

  /** Whose turn it is once so many have ended; -1 behind the last. */
  #ownerOf(done: number): number {
    if (done < this.#tasks) return done;
    return done < this.#total ? this.#view[entryOf(this.#tasks, done - this.#tasks) + ENTRY.TASK]! : -1;
  }

  #aborted(): boolean {
    return Atomics.load(this.#words, CONTROL.ABORT) !== 0;
  }
}
