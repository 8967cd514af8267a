import { setTimeout as sleep } from "node:timers/promises";
import { CONTROL } from "#shared/atomic/control";
import { look, stopRun } from "#shared/atomic/coordinator";
import { STAT } from "#shared/stats";
import { TASK, TASK_STATE, TASK_WORDS } from "#shared/task";
import type { TaskChains } from "../catalogue/chains.ts";
import type { RaceGuide } from "../record/race-guide.ts";
import type { RunViolation } from "../record/run-record.ts";
import type { ArenaMap, TaskReport, Thrown } from "./protocol.ts";
import type { RaceOptions } from "./race-options.ts";
import type { Tally } from "./tally.ts";
import type { ViolationReader } from "./violations.ts";
import { LOOK_MS, type Watchdog } from "./watchdog.ts";

/** Milliseconds that tasks get to come back after they were told to stop; less where a person waits (^C). */
const GRACE_MS = 3_000;
const INTERRUPTED_GRACE_MS = 600;
/** Milliseconds that workers get to start. */
const START_MS = 60_000;
const PROGRESS_MS = 250;

interface Parts {
  readonly view: Int32Array;
  readonly map: ArenaMap;
  readonly tally: Tally;
  readonly reader: ViolationReader;
  readonly watchdog: Watchdog;
  readonly options: RaceOptions;
}

/** Watches over a run from the coordinator's thread: the clock, the watchdog, dead workers, ^C. It never waits on the arena. */
export class Supervisor {
  /** Violations that only an onlooker can see. */
  readonly found: RunViolation[] = [];
  /** What scenario code threw. */
  readonly thrown: Thrown[] = [];
  /** What each task recorded, where that was asked for. */
  readonly chains: Map<number, TaskChains> = new Map();
  interrupted = false;
  seconds = 0;

  readonly #parts: Parts;
  #tasks = 0;
  #running = 0;
  #started = 0;
  #stopped = 0;
  /** Where each task was when it was told to stop. */
  #places: readonly string[] = [];
  #violated = 0;
  #dead = false;
  #guide: RaceGuide | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Resolves when every task has come back, died, or been given up. */
  async watch(tasks: readonly Promise<TaskReport>[]): Promise<void> {
    this.#tasks = tasks.length;
    this.#running = tasks.length;
    const asked = performance.now();
    let shown = 0;
    for (const [task, work] of tasks.entries()) void this.#settle(task, work);
    while (this.#running > 0 && !this.#dead) {
      await sleep(LOOK_MS);
      const now = performance.now();
      this.#parts.tally.update();
      if (this.#started === 0) this.#begin(now, asked);
      else this.#supervise(now);
      if (now - shown < PROGRESS_MS || this.#started === 0) continue;
      shown = now;
      this.#progress();
    }
    if (this.#started > 0 && this.seconds === 0) this.seconds = (performance.now() - this.#started) / 1000;
  }

  /** What is known of the world of the first violation. */
  get guide(): RaceGuide | undefined {
    return this.#guide ?? this.#parts.reader.guide(undefined);
  }

  async #settle(task: number, work: Promise<TaskReport>): Promise<void> {
    try {
      const { threw, chains } = await work;
      this.thrown.push(...threw);
      if (chains !== undefined) this.chains.set(task, chains);
    } catch (error) {
      // Once the run is given up its workers are ended, which is no news.
      if (this.#dead) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.found.push(this.#parts.reader.died(task, reason));
      // The others would stand at the barrier for ever: the pool is ended with them in it.
      stopRun(this.#parts.view, true);
      this.#dead = true;
    }
    this.#running--;
  }

  #begin(now: number, asked: number): void {
    this.interrupted = this.#parts.options.signal?.aborted === true;
    if (this.interrupted) this.#dead = true;
    else if (look(this.#parts.view, CONTROL.BARRIER_ROUND) > 0) this.#started = now;
    else if (now - asked > START_MS) this.#giveUp();
  }

  #supervise(now: number): void {
    const { options, watchdog, reader } = this.#parts;
    if (this.#stopped === 0) {
      this.seconds = (now - this.#started) / 1000;
      this.interrupted = options.signal?.aborted === true;
      if (this.#violated === 0 && reader.count() > 0) this.#violated = now;
      const counted = this.#violated > 0 && now - this.#violated >= options.afterViolation * 1000;
      if (this.interrupted || counted || this.seconds >= options.seconds) this.#stop(now, false);
    }
    const stuck = watchdog.look();
    if (stuck !== undefined) {
      this.found.push(reader.stuck(stuck));
      this.#guide ??= reader.guide(stuck);
      this.#stop(now, true);
    } else if (this.#stopped > 0) this.#await(now - this.#stopped);
  }

  /** Told to stop `since` milliseconds ago and not back: ends their waits and spins; if that does not help, gives them up. */
  #await(since: number): void {
    const grace = this.interrupted ? INTERRUPTED_GRACE_MS : GRACE_MS;
    if (since > 2 * grace) this.#giveUp();
    else if (since > grace && look(this.#parts.view, CONTROL.ABORT) === 0) {
      // A task that still is where it was will be ended like all others: it has to be told of now.
      if (!this.interrupted) this.#reportStanding(this.#places);
      stopRun(this.#parts.view, true);
    }
  }

  #stop(now: number, abort: boolean): void {
    if (this.#stopped === 0) {
      this.#stopped = now;
      this.#places = Array.from({ length: this.#tasks }, (_, task) => this.#placeOf(task));
    }
    stopRun(this.#parts.view, abort);
  }

  #giveUp(): void {
    if (this.found.length === 0) this.#reportStanding();
    this.#dead = true;
  }

  /** Reports every task that runs and, where `places` are given, has not left its place since. */
  #reportStanding(places?: readonly string[]): void {
    const { view, map, reader } = this.#parts;
    for (let task = 0; task < this.#tasks; task++) {
      const runs = look(view, map.tasks + task * TASK_WORDS + TASK.STATE) === TASK_STATE.RUNNING;
      if (runs && (places === undefined || places[task] === this.#placeOf(task)))
        this.found.push(reader.unresponsive(task));
    }
  }

  /** The world that a task is in and how many it has been in: it gets on if this changes. */
  #placeOf(task: number): string {
    const { view, map, tally } = this.#parts;
    return `${look(view, map.tasks + task * TASK_WORDS + TASK.WORLD)} ${tally.of(task, STAT.WORLDS)}`;
  }

  #progress(): void {
    const { tally, options } = this.#parts;
    options.onProgress?.({
      seconds: this.seconds,
      worlds: tally.worlds(),
      frees: tally.total(STAT.FREES),
      contendedFrees: tally.total(STAT.CONTENDED_FREES),
      overlap: tally.total(STAT.OVERLAP),
    });
  }
}
