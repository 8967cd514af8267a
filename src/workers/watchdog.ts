import { WAIT_KIND } from "#shared/task";
import type { ViolationKind } from "#shared/violation";
import type { ArenaMap } from "./protocol.ts";
import { findCycle, readWaitGraph, type Wait, type WaitGraph } from "./wait-graph.ts";

/** Milliseconds between two looks. Two looks in a row have to agree: a deadlock is reported within a second. */
export const LOOK_MS = 100;

/** Looks in a row that have to find sleepers on a free lock before that is a lost wake-up while other tasks run. */
const LOST_LOOKS = 10;

/** What the watchdog found: a kind and the waits that make it. */
export interface Stuck {
  readonly kind: ViolationKind;
  readonly waits: readonly Wait[];
}

const print = (waits: readonly Wait[]): string =>
  waits.map((wait) => `${wait.task}:${wait.sequence}:${wait.lock}:${wait.owner}`).join(" ");

/**
 * Looks at the wait-for graph again and again. A cycle of sleepers, or a state in which no task is left to take
 * a step, is reported when two looks in a row see the very same waits: nothing that stands still twice can move,
 * whatever the machine's load, since every task in it waits for another one in it. Sleepers on a free lock are
 * reported while others run, too, after ten looks.
 */
export class Watchdog {
  readonly #view: Int32Array;
  readonly #map: ArenaMap;
  readonly #tasks: number;
  #last = "";
  #times = 0;

  constructor(view: Int32Array, map: ArenaMap, tasks: number) {
    this.#view = view;
    this.#map = map;
    this.#tasks = tasks;
  }

  /** One look; what is stuck if it was so at the last look too. */
  look(): Stuck | undefined {
    const graph = readWaitGraph(this.#view, this.#map, this.#tasks);
    const cycle = findCycle(graph);
    const standing = cycle !== undefined || graph.stuck;
    const found = cycle !== undefined ? { kind: "deadlock" as const, waits: cycle } : ended(graph);
    const now = found === undefined ? "" : `${found.kind} ${print(found.waits)}`;
    this.#times = now !== "" && now === this.#last ? this.#times + 1 : 1;
    this.#last = now;
    // Where others run, one of them may stand between its unlock and its wake-up: for a moment, not for long.
    return this.#times >= (standing ? 2 : LOST_LOOKS) ? found : undefined;
  }
}

function ended({ waits, stuck }: WaitGraph): Stuck | undefined {
  const asleep = waits.filter((wait) => wait.asleep);
  const lost = asleep.filter(
    (wait) => wait.changed || (sleepsOnLock(wait) && !wait.held && !someAwake(waits, wait.lock)),
  );
  if (lost.length > 0) return { kind: "lost-wakeup", waits: lost };
  if (!stuck) return undefined;
  // Readers of a rwsem are not known by name: with everybody asleep on a lock, they are among the sleepers.
  const closed = asleep.every(
    (wait) => sleepsOnLock(wait) && (wait.owner < 0 || asleep.some(({ task }) => task === wait.owner)),
  );
  return { kind: closed && asleep.length > 1 ? "deadlock" : "wait-forever", waits: asleep };
}

function sleepsOnLock({ kind }: Wait): boolean {
  return kind !== WAIT_KIND.EVENT && kind !== WAIT_KIND.SPIN && kind !== WAIT_KIND.WORD;
}

/** A waiter that was woken and has not run yet is about to take the lock. */
function someAwake(waits: readonly Wait[], lock: number): boolean {
  return waits.some((wait) => wait.lock === lock && !wait.asleep);
}
