import { setTimeout as sleep } from "node:timers/promises";
import { SHADOW } from "#shared/atomic/access";
import { stopRun } from "#shared/atomic/coordinator";
import { quarantineOf } from "../catalogue/quarantine.ts";
import type { ResolvedScenario } from "../catalogue/resolve.ts";
import { mapWorld, reportsIn, type WorldMap } from "../catalogue/world-map.ts";
import type { Followed, FollowedThrow, Misfit, ThreadPlan } from "../record/thread-plan.ts";
import { taskNames, worldWordsOf } from "./ask-scenario.ts";
import { TaskPool } from "./pool.ts";
import type { FollowOrder, TaskReport, Thrown } from "./protocol.ts";
import { refuseBrokenScenario } from "./thrown.ts";
import { TurnMemory } from "./turn-memory.ts";

/** Milliseconds between two looks of the coordinator. */
const LOOK_MS = 2;
/** Milliseconds that tasks get to leave once the run is over; those that do not are ended where they are. */
const GRACE_MS = 1000;

/** What is to be followed. */
export interface FollowOptions {
  readonly scenario: ResolvedScenario;
  readonly params: Readonly<Record<string, string | number>>;
  readonly plan: ThreadPlan;
  /** Seconds for everything, the start of the threads included: then the run ends, and says which task was late. */
  readonly seconds: number;
  /** Ends the run before. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Has real threads, one a task, take the steps of a plan in its order, each step after the one before it, in a world of
 * their own. A plan that does not fit what the tasks do ends in a misfit. All threads are gone when it resolves.
 * @throws UsageError if the scenario cannot be run, or its setup throws
 */
export async function follow(options: FollowOptions): Promise<Followed> {
  const asked = { scenario: options.scenario, params: options.params, mode: "batch" } as const;
  const tasks = taskNames(asked).length;
  const stranger = strangerIn(options.plan, tasks);
  if (stranger !== undefined) return unstarted(stranger);
  return await new Following(options, mapWorld(tasks, worldWordsOf(asked))).run();
}

/** The first step of a task that there is not, or the first step of all if there are tasks the plan knows nothing of. */
function strangerIn({ tasks, steps }: ThreadPlan, there: number): Misfit | undefined {
  const found = steps.findIndex(({ task }) => !(task >= 0 && task < there));
  if (found < 0 && tasks === there) return undefined;
  const step = Math.max(found, 0);
  const { task = 0, kind = 0, addr = 0 } = steps[step] ?? {};
  return { why: "tasks", step, task, planned: { kind, addr }, met: { kind: 0, addr: 0 } };
}

function unstarted(misfit: Misfit): Followed {
  const nothing = { log: [], pending: [], reports: [], thrown: [] };
  return { taken: 0, misfit, stopped: false, words: new Int32Array(0), ...nothing };
}

/** One plan being followed. */
class Following {
  readonly #options: FollowOptions;
  readonly #map: WorldMap;
  readonly #words: Int32Array;
  readonly #turns: TurnMemory;
  readonly #threw: (Thrown & { readonly task: number })[] = [];
  #died: number | undefined;
  #running = 0;

  constructor(options: FollowOptions, map: WorldMap) {
    this.#options = options;
    this.#map = map;
    this.#words = new Int32Array(new SharedArrayBuffer(map.words * 4));
    this.#turns = TurnMemory.of(options.plan);
  }

  async run(): Promise<Followed> {
    const { tasks } = this.#options.plan;
    const deadline = performance.now() + this.#options.seconds * 1000;
    const doors = { scheduled: true, gated: false, recorder: false, monitor: true };
    const pool = new TaskPool<FollowOrder, TaskReport>(tasks, doors, "./follow-entry.js");
    try {
      this.#running = tasks;
      const back = this.#orders().map((order) => this.#settle(order.task, pool.run(order)));
      while (!this.#isOver() && performance.now() < deadline) await sleep(LOOK_MS);
      const followed = this.#result();
      stopRun(this.#words, true);
      this.#turns.rouseAll();
      const grace = new AbortController();
      await Promise.race([Promise.all(back).finally(() => grace.abort()), pause(GRACE_MS, grace.signal)]);
      return { ...followed, thrown: this.#thrown() };
    } finally {
      await pool.destroy();
    }
  }

  #orders(): FollowOrder[] {
    const { scenario, params, plan } = this.#options;
    const shadow = new SharedArrayBuffer(this.#map.words);
    // The run's own bookkeeping is always live; the heap comes to life object by object.
    new Uint8Array(shadow).fill(SHADOW.LIVE, 0, this.#map.heap);
    return Array.from({ length: plan.tasks }, (_, task) => ({
      arena: this.#words.buffer as SharedArrayBuffer,
      shadow,
      turns: this.#turns.buffer,
      map: this.#map,
      quarantine: quarantineOf(scenario.definition, params, "batch"),
      module: scenario.module,
      params,
      task,
      tasks: plan.tasks,
    }));
  }

  async #settle(task: number, work: Promise<TaskReport>): Promise<void> {
    try {
      this.#threw.push(...(await work).threw.map((thrown) => ({ ...thrown, task })));
    } catch (error) {
      this.#died ??= task;
      const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
      this.#threw.push({ task, phase: "task", message, stack, arenaFull: undefined });
    }
    this.#running--;
  }

  #isOver(): boolean {
    if (this.#died !== undefined || this.#options.signal?.aborted === true) return true;
    if (this.#turns.hasMisfit() || this.#threw.some(({ phase }) => phase === "setup")) return true;
    // Task 0 checks the world that all have left, and comes back.
    return this.#turns.isFollowed() && (this.#running === 0 || !this.#turns.awaitsCheck());
  }

  /** What there is now, before the tasks are told to leave: on their way out they may write on. */
  #result(): Omit<Followed, "thrown"> {
    refuseBrokenScenario(
      this.#options.scenario,
      this.#threw.filter(({ phase }) => phase === "setup"),
    );
    const over = this.#isOver();
    const words = new Int32Array(this.#words);
    const turns = this.#turns.copy();
    const log = turns.log();
    const stopped = this.#options.signal?.aborted === true && !turns.isFollowed();
    const misfit = turns.misfit() ?? (stopped ? undefined : this.#stuck(turns, over));
    const reports = reportsIn(words, this.#map);
    return { taken: log.length, misfit, stopped, log, pending: turns.pending(words), words, reports };
  }

  #stuck(turns: TurnMemory, over: boolean): Misfit | undefined {
    if (this.#died !== undefined) return turns.misfitOf("died", this.#died);
    return over ? undefined : turns.misfitOf("late");
  }

  #thrown(): FollowedThrow[] {
    return this.#threw.map(({ task, phase, message, stack }) => ({
      task: phase === "check" ? -1 : task,
      message,
      stack,
    }));
  }
}

/** Sleeps, or less if told so; either way it is no error. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}
