import { look } from "#shared/atomic/coordinator";
import { STAT, STAT_WORDS } from "#shared/stats";
import type { RunTask } from "../record/run-record.ts";
import type { ArenaMap } from "./protocol.ts";

/**
 * Sums the tasks' 32-bit counters into numbers that do not wrap: it has to look more often than a counter can go
 * round, and it looks ten times a second.
 */
export class Tally {
  readonly #view: Int32Array;
  readonly #map: ArenaMap;
  readonly #last: Int32Array;
  readonly #sums: Float64Array;
  readonly #tasks: number;

  constructor(view: Int32Array, map: ArenaMap, tasks: number) {
    this.#view = view;
    this.#map = map;
    this.#tasks = tasks;
    this.#last = new Int32Array(tasks * STAT_WORDS);
    this.#sums = new Float64Array(tasks * STAT_WORDS);
  }

  /** Takes in what was counted since the last look. */
  update(): void {
    for (let word = 0; word < this.#last.length; word++) {
      const now = look(this.#view, this.#map.stats + word);
      this.#sums[word] = (this.#sums[word] ?? 0) + ((now - (this.#last[word] ?? 0)) >>> 0);
      this.#last[word] = now;
    }
  }

  /** A counter of one task. */
  of(task: number, stat: number): number {
    return this.#sums[task * STAT_WORDS + stat] ?? 0;
  }

  /** A counter over all tasks. */
  total(stat: number): number {
    let sum = 0;
    for (let task = 0; task < this.#tasks; task++) sum += this.of(task, stat);
    return sum;
  }

  /** Worlds that every task has been in. */
  worlds(): number {
    return Math.min(...Array.from({ length: this.#tasks }, (_, task) => this.of(task, STAT.WORLDS)));
  }

  /** Mean nanoseconds of the frees that were timed, or null. */
  nsPerFree(): number | null {
    const timed = this.total(STAT.FREES_TIMED);
    return timed === 0 ? null : Math.round(this.total(STAT.FREE_NS) / timed);
  }

  /** One task's row of the run record. */
  row(task: number, name: string): RunTask {
    return {
      name,
      worlds: this.of(task, STAT.WORLDS),
      ops: this.of(task, STAT.OPS),
      frees: this.of(task, STAT.FREES),
      contendedFrees: this.of(task, STAT.CONTENDED_FREES),
      overlap: this.of(task, STAT.OVERLAP),
      lockWaits: this.of(task, STAT.LOCK_WAITS),
      trylockFailed: this.of(task, STAT.TRYLOCK_FAILED),
      backoffs: this.of(task, STAT.BACKOFFS),
      reclaims: this.of(task, STAT.RECLAIMS),
      pagesReclaimed: this.of(task, STAT.PAGES_RECLAIMED),
      deferred: this.of(task, STAT.DEFERRED),
      putsUnderLock: this.of(task, STAT.PUTS_UNDER_LOCK),
    };
  }
}
