import { WAIT_KIND } from "#shared/task";
import type { ViolationKind } from "#shared/violation";
import type { ArenaMap } from "./protocol.ts";
import { findCycle, readWaitGraph, type Wait } from "./wait-graph.ts";

/** Milliseconds between two looks. Two looks in a row have to agree: a deadlock is reported within a second. */
export const LOOK_MS = 100;

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
 * whatever the machine's load, since every task in it waits for another one in it.
 */
export class Watchdog {
  readonly #view: Int32Array;
  readonly #map: ArenaMap;
  readonly #tasks: number;
  #last = "";

  constructor(view: Int32Array, map: ArenaMap, tasks: number) {
    this.#view = view;
    this.#map = map;
    this.#tasks = tasks;
  }

  /** One look; what is stuck if it was so at the last look too. */
  look(): Stuck | undefined {
    const graph = readWaitGraph(this.#view, this.#map, this.#tasks);
    const cycle = findCycle(graph);
    const found =
      cycle !== undefined
        ? { kind: "deadlock" as const, waits: cycle }
        : graph.stuck
          ? ended(graph.waits)
          : undefined;
    const now = found === undefined ? "" : `${found.kind} ${print(found.waits)}`;
    const again = now !== "" && now === this.#last;
    this.#last = now;
    return again ? found : undefined;
  }
}

function ended(waits: readonly Wait[]): Stuck {
  const asleep = waits.filter((wait) => wait.asleep);
  const lost = asleep.filter((wait) => wait.kind !== WAIT_KIND.EVENT && wait.owner < 0);
  return lost.length > 0 ? { kind: "lost-wakeup", waits: lost } : { kind: "wait-forever", waits: asleep };
}
