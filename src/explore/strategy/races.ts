import { STEP } from "#shared/atomic/step-kind";
import type { PlannedStep } from "../event.ts";
import type { EventLog } from "../event-log.ts";
import type { Machine } from "../machine.ts";
import { type SpinRead, spinReadsOf } from "../spin-reads.ts";

/** A step, taken or still waited for, that could come before an earlier event. */
export interface Later extends PlannedStep {
  readonly kind: number;
  readonly expected: number;
  readonly waited: boolean;
  /** Its index, or -1 for one that a task waits to take. */
  readonly index: number;
}

/**
 * Finds the races of an execution: pairs of events that do not commute and between which nothing comes, so that they
 * could have been taken the other way round. POPL 2014, with steps that can only be taken in some states.
 */
export class Races {
  readonly #machine: Machine;
  readonly #log: EventLog;
  readonly #onRace: (index: number, later: Later) => void;

  /** `onRace`: told of each race, by the number of its first event and the later step. */
  constructor(machine: Machine, log: EventLog, onRace: (index: number, later: Later) => void) {
    this.#machine = machine;
    this.#log = log;
    this.#onRace = onRace;
  }

  /** Finds those of an event that has been taken. */
  of(index: number): void {
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
  ofWaiting(): void {
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
    this.#onRace(index, later);
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
}
