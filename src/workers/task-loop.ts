import type { Scenario, TaskSpec } from "#scenarios/define";
import { barrier } from "#shared/atomic/barrier";
import { type Addr, CONTROL, RunAborted, WorldAbandoned } from "#shared/atomic/index";
import { ArenaFull } from "#shared/memory/arena-full";
import { mix, nextRandom } from "#shared/random";
import { EVENT, placeRecorder, record } from "#shared/recorder/index";
import { countFor, placeStats, STAT } from "#shared/stats";
import { placeTasks, setCurrentTask, TASK, TASK_STATE, taskBlock } from "#shared/task";
import { placeViolations, report, reportBadAccess } from "#shared/violation";
import { RING_STRIDE } from "./arena-map.ts";
import { door, heap } from "./blocking.ts";
import { WorldChains } from "./chains.ts";
import { Evidence } from "./evidence.ts";
import { BLOCK, jitter, Pace, worldAt } from "./pace.ts";
import type { TaskOrder, TaskReport, Thrown } from "./protocol.ts";

type Run = (root: Addr, params: TaskOrder["params"], heap?: Addr) => void;

/** One task of a race run, in its worker: lays worlds out, sweeps them, checks them, until told to stop. */
class TaskLoop {
  readonly #order: TaskOrder;
  readonly #scenario: Scenario;
  readonly #run: Run;
  readonly #block: Addr;
  readonly #threw: Thrown[] = [];
  readonly #pace: Pace;
  readonly #evidence: Evidence;
  readonly #chains: WorldChains | undefined;
  #batch = 0;

  constructor(order: TaskOrder, definition: Scenario) {
    this.#order = order;
    this.#scenario = definition;
    const spec = definition.tasks(order.params as never, order.mode)[order.task] as TaskSpec<never>;
    this.#run = spec.run as unknown as Run;
    this.#block = taskBlock(order.task);
    this.#pace = new Pace(order.task, order.tasks);
    this.#evidence = new Evidence(order);
    this.#chains = order.heard ? new WorldChains(order) : undefined;
  }

  /** Runs until the tasks have agreed to stop. */
  run(): TaskReport {
    this.#state(TASK_STATE.RUNNING);
    while (!this.#lastBatch()) {
      door.poke(this.#block + TASK.BATCH, this.#batch);
      this.#layOut();
      this.#meet(() => {
        door.publish(CONTROL.ABORT, 0);
      });
      if (this.#order.mode === "soak") this.#soak();
      else this.#sweep();
      this.#evidence.leftBatch();
      this.#meet(() => this.#agree());
      this.#chains?.leftBatch();
      this.#check();
      this.#batch++;
    }
    this.#state(TASK_STATE.FINISHED);
    return { threw: this.#threw, chains: this.#chains?.all() };
  }

  #lastBatch(): boolean {
    return door.peek(CONTROL.LAST_BATCH) !== 0;
  }

  #state(state: number): void {
    door.publish(this.#block + TASK.STATE, state);
  }

  #meet(last: () => void): void {
    this.#state(TASK_STATE.AT_BARRIER);
    barrier(this.#order.tasks, this.#order.spin, last);
    this.#state(TASK_STATE.RUNNING);
  }

  /** Decided once, by the last to arrive, so that everybody stops after the same batch. */
  #agree(): void {
    const seen = door.observe(CONTROL.VIOLATIONS);
    const broken = door.observe(CONTROL.ABORT) !== 0 || seen !== door.observe(CONTROL.BATCH_VIOLATIONS);
    // A violated world's leftovers would only be reported a second time.
    door.publish(CONTROL.BATCH_BROKEN, broken ? 1 : 0);
    door.publish(CONTROL.BATCH_VIOLATIONS, seen);
    const stop = door.observe(CONTROL.STOP) !== 0 || this.#order.mode === "soak";
    if (stop || (seen > 0 && this.#order.stopFirst)) door.publish(CONTROL.LAST_BATCH, 1);
  }

  /** The worlds that this task lays out and checks: each task a stretch. */
  #share(): readonly [number, number] {
    const { task, tasks, map } = this.#order;
    return [Math.floor((map.worldCount * task) / tasks), Math.floor((map.worldCount * (task + 1)) / tasks)];
  }

  #layOut(): void {
    const { map, params, mode, quarantine } = this.#order;
    const setup = this.#scenario.setup as unknown as (heap: Addr, params: unknown, mode: string) => Addr;
    const [first, end] = this.#share();
    for (let world = first; world < end; world++) {
      const base = map.worlds + world * map.worldWords;
      door.poke(this.#block + TASK.WORLD, world);
      heap.initHeap(base, map.worldWords, quarantine);
      const laidOut = this.#guard("setup", () => {
        const root = setup(base, params, mode);
        if (!(root > 0)) throw new Error(`it returned ${root}, not the address of the world's root`);
        door.poke(map.roots + world, root);
      });
      if (!laidOut) return;
    }
  }

  #sweep(): void {
    const { map, task, seed, spin, params } = this.#order;
    let random = mix(seed, task, this.#batch) | 1;
    for (let block = 0; block < map.worldCount; block += BLOCK) {
      const choice = mix(seed + this.#batch, block, this.#scenario.meets === true ? 0 : task);
      for (let step = 0; step < BLOCK; step++) {
        const world = block + worldAt(choice, step);
        if (world >= map.worldCount) continue;
        random = nextRandom(random);
        if (spin) this.#pace.keep((this.#batch * map.worldCount + block + step) | 0);
        jitter(random >>> 0);
        if (!this.#enter(world, params)) return;
        this.#evidence.leftWorld(block, step, choice);
        if (this.#order.stopFirst && door.peek(CONTROL.VIOLATIONS) !== 0) return;
      }
    }
  }

  /** Runs the task in one world; false if the batch is over for everybody. */
  #enter(world: number, params: TaskOrder["params"]): boolean {
    door.poke(this.#block + TASK.WORLD, world);
    record(EVENT.WORLD, world, this.#batch);
    const root = door.peek(this.#order.map.roots + world);
    try {
      this.#run(root, params);
      countFor(STAT.WORLDS, 1);
      return door.peek(CONTROL.ABORT) === 0;
    } catch (error) {
      this.#caught(error, "task");
      return false;
    }
  }

  #soak(): void {
    let random = mix(this.#order.seed, this.#order.task, 0) | 1;
    while (door.peek(CONTROL.STOP) === 0 && door.peek(CONTROL.ABORT) === 0) {
      random = nextRandom(random);
      jitter(random >>> 0);
      if (!this.#enter(0, this.#order.params)) return;
      if (this.#order.stopFirst && door.peek(CONTROL.VIOLATIONS) !== 0) return;
    }
  }

  #check(): void {
    if (door.peek(CONTROL.BATCH_BROKEN) !== 0) return;
    const { map, params } = this.#order;
    const check = this.#scenario.check as unknown as Run;
    const [first, end] = this.#share();
    for (let world = first; world < end; world++) {
      door.poke(this.#block + TASK.WORLD, world);
      this.#guard("check", () =>
        check(door.peek(map.roots + world), params, map.worlds + world * map.worldWords),
      );
    }
  }

  #guard(phase: Thrown["phase"], work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.#caught(error, phase);
      return false;
    }
  }

  /** A throw ends the batch: locks may be left taken, and others must not wait for them. */
  #caught(error: unknown, phase: Thrown["phase"]): void {
    door.publish(this.#block + TASK.WAITS_FOR, 0);
    door.publish(this.#block + TASK.WW_CONTEXT, 0);
    door.publish(this.#block + TASK.WAITER_CONTEXT, 0);
    door.publish(this.#block + TASK.OBJECT, 0);
    door.publish(this.#block + TASK.MEMALLOC, 0);
    for (const word of [TASK.ATOMIC, TASK.FAIL_NTH, TASK.DEPTH]) door.publish(this.#block + word, 0);
    door.publish(CONTROL.ABORT, 1);
    this.#state(TASK_STATE.RUNNING);
    if (error instanceof RunAborted || error instanceof WorldAbandoned) return;
    if (isWildAddress(error)) {
      // An address read from freed memory. If nobody has reported that yet, this is the report.
      if (door.observe(CONTROL.VIOLATIONS) === door.observe(CONTROL.BATCH_VIOLATIONS))
        report("wild-access", 0, 0);
      return;
    }
    report("task-threw", 0, this.#threw.length);
    // No point in going on: it would throw in every world.
    door.publish(CONTROL.STOP, 1);
    const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
    this.#threw.push({
      phase,
      message,
      stack,
      arenaFull: error instanceof ArenaFull ? error.facts : undefined,
    });
  }
}

/** True for what `Atomics` throws when an index lies outside the arena. */
function isWildAddress(error: unknown): boolean {
  return error instanceof RangeError && /atomic access index/i.test(error.message);
}

/** Carries an order out. Called once a worker. */
export async function runOrder(order: TaskOrder): Promise<TaskReport> {
  const { map } = order;
  door.bind(new Int32Array(order.arena), {
    spinLimit: order.spin ? 100 : 0,
    seed: mix(order.seed, order.task, 0xc4a05),
    chaos: order.chaos,
  });
  placeTasks(map.tasks, order.tasks);
  placeStats(map.stats);
  placeViolations(map.violations);
  placeRecorder(map.rings + order.task * RING_STRIDE);
  setCurrentTask(order.task);
  if (order.shadow !== undefined) {
    door.shadow(new Uint8Array(order.shadow));
    door.onBadAccess(reportBadAccess);
  }
  const { default: definition } = (await import(order.module)) as { default: Scenario };
  return new TaskLoop(order, definition).run();
}
