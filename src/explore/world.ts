import type { Scenario } from "#scenarios/define";
import { SHADOW } from "#shared/atomic/access";
import { bind, onBadAccess, type Step, shadow } from "#shared/atomic/index";
import { pace, primitive } from "#shared/atomic/pending";
import { initHeap } from "#shared/memory/heap";
import { placeStats } from "#shared/stats";
import { placeTasks, setCurrentTask } from "#shared/task";
import { placeViolations, reportBadAccess } from "#shared/violation";
import { quarantineOf } from "../catalogue/quarantine.ts";
import { mapWorld, type WorldMap } from "../catalogue/world-map.ts";

/** The world that the door and the tables of shared memory are bound to. */
let active: World | undefined;

/** The memory of one world: laid out once, and restored from a copy for each execution. */
export class World {
  readonly map: WorldMap;
  readonly words: Int32Array;
  /** What setup returned. */
  readonly root: number;
  readonly #scenario: Scenario;
  readonly #params: never;
  readonly #tasks: number;
  readonly #shadow: Uint8Array;
  readonly #snapshot: Int32Array;
  readonly #shadowSnapshot: Uint8Array;

  constructor(scenario: Scenario, params: Readonly<Record<string, string | number>>, tasks: number) {
    this.#scenario = scenario;
    this.#params = params as never;
    this.#tasks = tasks;
    const worldWords = scenario.worldWords(this.#params, "batch");
    this.map = mapWorld(tasks, worldWords);
    this.words = new Int32Array(this.map.words);
    this.#shadow = new Uint8Array(this.map.words).fill(SHADOW.LIVE, 0, this.map.heap);
    this.#activate();
    setCurrentTask(0);
    initHeap(this.map.heap, worldWords, quarantineOf(scenario, params, "batch"));
    this.root = finish(scenario.setup(this.map.heap, this.#params, "batch"));
    this.#snapshot = this.words.slice();
    this.#shadowSnapshot = this.#shadow.slice();
  }

  /** Back to what setup left. There may be several worlds, one at work at a time: this one from here on. */
  restore(): void {
    if (active !== this) this.#activate();
    this.words.set(this.#snapshot);
    this.#shadow.set(this.#shadowSnapshot);
  }

  /** Runs the scenario's check on the world as it is now; reports go to the violation table. */
  check(): void {
    setCurrentTask(0);
    // Nobody else is about: it need not stop anywhere.
    primitive.depth = 0;
    pace.on = true;
    pace.ahead = Number.POSITIVE_INFINITY;
    finish(this.#scenario.check(this.root, this.#params, this.map.heap));
    pace.ahead = 0;
    pace.on = false;
  }

  #activate(): void {
    active = this;
    bind(this.words, { spinLimit: 0, seed: 1 });
    placeViolations(this.map.violations);
    placeTasks(this.map.tasks, this.#tasks);
    placeStats(this.map.stats);
    shadow(this.#shadow);
    onBadAccess(reportBadAccess);
  }
}

/** Runs a stepped function to its end with nobody else about. */
function finish<T>(steps: Step<T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}
