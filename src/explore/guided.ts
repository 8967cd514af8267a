import { EVENT } from "#shared/recorder/events";
import { onRecord } from "#shared/recorder/hook";
import type { GuideEvent, RaceGuide } from "../record/race-guide.ts";
import { EventLog } from "./event-log.ts";
import { findingsAtEnd } from "./findings.ts";
import type { Machine } from "./machine.ts";
import { preemptionsOf } from "./preemption.ts";
import type { Budget } from "./search.ts";
import type { Failure } from "./shrink.ts";
import type { Choice } from "./trace.ts";

/** Events that say nothing of the order: a thread that spun did not wait, and wounds follow from the rest. */
const unordered: ReadonlySet<number> = new Set([EVENT.WAIT, EVENT.WOUND, EVENT.WORLD]);
/** Events whose value is a count or an outcome that both runs must have met. */
const valued: ReadonlySet<number> = new Set([
  EVENT.TRYLOCK,
  EVENT.LOCK_FAILED,
  EVENT.GET,
  EVENT.GET_UNLESS_ZERO,
  EVENT.PUT,
  EVENT.RECLAIM_END,
]);

/** Where a branch of the search is: what is to be tried there, and how many events each task had behind it. */
interface Node {
  readonly open: Choice[];
  readonly behind: Int32Array;
}

/**
 * Looks for an interleaving in which every task records the events that it recorded on a real thread, refcounts with
 * the values they had, and which ends in the same kind of violation: depth first, pruned at the first event that
 * differs, never twice from the same state. Undefined if there is none within `steps` steps altogether.
 */
export function followGuide(
  machine: Machine,
  guide: RaceGuide,
  budget: Budget,
  steps: number,
): Failure | undefined {
  const search = new GuidedSearch(machine, guide, budget);
  onRecord(search.listen);
  try {
    return search.run(steps);
  } finally {
    onRecord(() => {});
  }
}

class GuidedSearch {
  readonly #machine: Machine;
  readonly #guide: RaceGuide;
  readonly #expected: readonly (readonly GuideEvent[] | undefined)[];
  readonly #budget: Budget;
  readonly #log: EventLog;
  readonly #path: Node[] = [];
  readonly #seen = new Set<number>();
  readonly #behind: Int32Array;
  #running = 0;
  #differs = false;

  constructor(machine: Machine, guide: RaceGuide, budget: Budget) {
    this.#machine = machine;
    this.#guide = guide;
    this.#expected = guide.tasks.map((task) => task?.events.filter(({ event }) => !unordered.has(event)));
    this.#budget = { ...budget, stopAtReport: "any" };
    this.#log = new EventLog(machine);
    this.#behind = new Int32Array(machine.tasks);
  }

  /** Hears of each event that the running task records, and compares it with what it recorded on its thread. */
  readonly listen = (event: number, object: number, value: number): void => {
    if (unordered.has(event)) return;
    const events = this.#expected[this.#running];
    if (events === undefined) return;
    const expected = events[this.#behind[this.#running]!];
    this.#behind[this.#running]!++;
    if (expected === undefined) {
      if (this.#guide.tasks[this.#running]?.left === true) this.#differs = true;
      return;
    }
    const same =
      expected.event === event &&
      expected.object === object - this.#machine.heap &&
      (!valued.has(event) || expected.value === value);
    if (!same) this.#differs = true;
  };

  run(steps: number): Failure | undefined {
    const log = this.#log;
    let taken = 0;
    this.#machine.reset();
    this.#push();
    for (;;) {
      const node = this.#path.at(-1);
      if (node === undefined || taken > steps) return undefined;
      const choice = node.open.shift();
      if (choice === undefined) {
        this.#path.pop();
        continue;
      }
      const depth = this.#path.length - 1;
      if (log.length !== depth) {
        log.rewind(this.#machine, depth);
        taken += depth;
      }
      this.#behind.set(node.behind);
      this.#take(choice);
      taken++;
      if (this.#differs || log.length > this.#budget.steps) continue;
      const failure = this.#failure();
      if (failure !== undefined) return failure;
      if (this.#isNew()) this.#push();
    }
  }

  #take({ task, outcome }: Choice): void {
    this.#differs = false;
    this.#running = task;
    this.#log.take(this.#machine, task, outcome);
  }

  /** The failure that is looked for, if the machine stands at it. */
  #failure(): Failure | undefined {
    const machine = this.#machine;
    const isOver = machine.violations() > 0 || machine.cycle !== undefined || machine.thrown !== undefined;
    if (!isOver && machine.anyEnabled()) return undefined;
    const before = machine.words.slice();
    const [finding] = findingsAtEnd(machine, this.#log);
    machine.words.set(before);
    if (finding?.kind !== this.#guide.kind) return undefined;
    const { events } = this.#log;
    return { events, finding, preemptions: preemptionsOf(machine, events) };
  }

  #push(): void {
    const machine = this.#machine;
    const open: Choice[] = [];
    if (machine.violations() === 0 && machine.thrown === undefined) {
      for (const task of this.#order())
        for (let outcome = 0; outcome < machine.outcomes(task); outcome++) open.push({ task, outcome });
    }
    this.#path.push({ open, behind: this.#behind.slice() });
  }

  /** Who can go on: first those whose next event could be recorded as things are. */
  #order(): number[] {
    const machine = this.#machine;
    const able = Array.from({ length: machine.tasks }, (_, task) => task).filter((task) =>
      machine.enabled(task),
    );
    const rank = (task: number): number => (this.#isDue(task) ? 0 : 2) + (task === this.#running ? 0 : 1);
    return able.sort((a, b) => rank(a) - rank(b) || a - b);
  }

  /** False if the task's next event needs another to go first: a count that is not reached, a lock that is taken. */
  #isDue(task: number): boolean {
    const next = this.#expected[task]?.[this.#behind[task]!];
    if (next === undefined) return true;
    const word = this.#machine.words[this.#machine.heap + next.object] ?? 0;
    switch (next.event) {
      case EVENT.GET:
      case EVENT.GET_UNLESS_ZERO:
      case EVENT.PUT:
        return word === next.value;
      case EVENT.LOCK:
        return word === 0;
      case EVENT.TRYLOCK:
        return (word === 0) === (next.value !== 0);
      default:
        return true;
    }
  }

  /** False if the search has been in this state: the same memory, each task as far. */
  #isNew(): boolean {
    const { words, tasks } = this.#machine;
    const log = this.#log;
    let low = 0x811c9dc5;
    let high = 0x01000193;
    const mix = (value: number): void => {
      low = Math.imul(low ^ value, 0x01000193);
      high = Math.imul(high ^ value, 0x85ebca6b) ^ (low >>> 13);
    };
    const depths = new Int32Array(tasks);
    for (let index = 0; index < log.length; index++) depths[log.task[index]!]!++;
    for (const depth of depths) mix(depth);
    for (let word = 0; word < words.length; word++) mix(words[word]!);
    const key = (high >>> 11) * 0x100000000 + (low >>> 0);
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }
}
