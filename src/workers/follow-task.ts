import type { Scenario, TaskSpec } from "#scenarios/define";
import { type Addr, CONTROL, RunAborted, WorldAbandoned } from "#shared/atomic/index";
import { SEAT_STATE } from "#shared/atomic/turn-map";
import { Turns } from "#shared/atomic/turns";
import { ArenaFull } from "#shared/memory/arena-full";
import { placeStats } from "#shared/stats";
import { placeTasks, setCurrentTask } from "#shared/task";
import { placeViolations, reportBadAccess } from "#shared/violation";
import { door, heap } from "./blocking.ts";
import type { FollowOrder, TaskReport, Thrown } from "./protocol.ts";

type Setup = (heap: Addr, params: FollowOrder["params"], mode: string) => Addr;
type Run = (root: Addr, params: FollowOrder["params"], heap?: Addr) => void;

/** One task of a plan that is followed, in its worker. Task 0 lays the world out before, and checks it after. */
class FollowTask {
  readonly #order: FollowOrder;
  readonly #scenario: Scenario;
  readonly #turns: Turns;
  readonly #threw: Thrown[] = [];

  constructor(order: FollowOrder, definition: Scenario, turns: Turns) {
    this.#order = order;
    this.#scenario = definition;
    this.#turns = turns;
  }

  /** Returns when the task has come to its end, or the run to its own. */
  run(): TaskReport {
    const first = this.#order.task === 0;
    try {
      this.#turns.begin();
      // A world that could not be laid out keeps the turn: the coordinator ends the run when it hears of it.
      if (first && !this.#layOut()) return { threw: this.#threw };
      this.#runTask();
      if (first && this.#turns.awaitAll()) this.#check();
    } catch (error) {
      if (!(error instanceof RunAborted)) throw error;
    }
    return { threw: this.#threw };
  }

  #layOut(): boolean {
    const { map, params, quarantine } = this.#order;
    const setup = this.#scenario.setup as unknown as Setup;
    heap.initHeap(map.heap, map.words - map.heap, quarantine);
    return this.#freely("setup", () => {
      const root = setup(map.heap, params, "batch");
      if (!(root > 0)) throw new Error(`it returned ${root}, not the address of the world's root`);
      this.#turns.root = root;
    });
  }

  #runTask(): void {
    const { task, params } = this.#order;
    const spec = this.#scenario.tasks(params as never, "batch")[task] as TaskSpec<never>;
    const run = spec.run as unknown as Run;
    let threw = false;
    try {
      run(this.#turns.root, params);
    } catch (error) {
      if (error instanceof RunAborted) throw error;
      threw = true;
      if (!(error instanceof WorldAbandoned)) this.#note("task", error);
    }
    this.#turns.leave(threw ? SEAT_STATE.THREW : SEAT_STATE.DONE, this.#threw.length > 0);
  }

  #check(): void {
    // A violated world's leftovers would only be reported a second time.
    if (door.peek(CONTROL.VIOLATIONS) !== 0) return;
    const check = this.#scenario.check as unknown as Run;
    this.#freely("check", () => check(this.#turns.root, this.#order.params, this.#order.map.heap));
  }

  #freely(phase: Thrown["phase"], work: () => void): boolean {
    try {
      this.#turns.freely(work);
      return true;
    } catch (error) {
      this.#note(phase, error);
      return false;
    }
  }

  #note(phase: Thrown["phase"], error: unknown): void {
    const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
    this.#threw.push({
      phase,
      message,
      stack,
      arenaFull: error instanceof ArenaFull ? error.facts : undefined,
    });
  }
}

/** Carries an order out. Called once a worker. */
export async function followOrder(order: FollowOrder): Promise<TaskReport> {
  const { map, task, tasks } = order;
  const words = new Int32Array(order.arena);
  const turns = new Turns(new Int32Array(order.turns), words, task, tasks);
  door.bind(words, { spinLimit: 0, seed: 1, turns });
  placeViolations(map.violations);
  placeTasks(map.tasks, tasks);
  placeStats(map.stats);
  setCurrentTask(task);
  door.shadow(new Uint8Array(order.shadow));
  door.onBadAccess(reportBadAccess);
  const { default: definition } = (await import(order.module)) as { default: Scenario };
  return new FollowTask(order, definition, turns).run();
}
