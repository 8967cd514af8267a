import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { stopRun, wakeAll } from "#shared/atomic/coordinator";
import { taskBlock } from "#shared/task";
import { drive, MOST_TASKS, PLACES, World } from "./arena.ts";
import { buildBlockingPrograms } from "./built-programs.ts";
import type { Outcome, Params, Program } from "./program.ts";
import { Standstill } from "./standstill.ts";

/** How real threads run a program. */
export interface ThreadOptions {
  /** Turns a contended lock spins before it queues. */
  readonly spinLimit?: number;
  readonly seed?: number;
  /** Seconds before a run counts as hung. */
  readonly seconds?: number;
}

/** What a worker says when its task has ended. */
interface Said {
  readonly run: number;
  readonly task: number;
  readonly end: "finished" | "aborted" | "abandoned" | "threw";
  readonly result?: unknown;
  readonly message?: string;
}

const LOOK_MS = 25;
/** Waits end within 50 ms of an abort; a worker that is not back long after that is stuck. */
const GRACE_MS = 2000;
const HEAP_WORDS = 1 << 16;

/**
 * Real threads that run programs in the blocking build, in one arena. Setup and check run here, in the stepped
 * build, on the same memory: both builds are the same program. Nothing waits without a bound.
 */
export class ThreadTeam {
  readonly #world: World;
  #workers: Worker[] = [];
  #runs = 0;
  readonly #heard = new Map<number, (said: Said) => void>();

  constructor() {
    const words = new Int32Array(new SharedArrayBuffer((PLACES.heap + HEAP_WORDS) * 4));
    this.#world = new World(1, HEAP_WORDS, words);
  }

  /** Runs a program once, a thread a task. */
  async run<P extends Params>(
    program: Program<P>,
    params: P,
    { spinLimit = 0, seed = 1, seconds = 15 }: ThreadOptions = {},
  ): Promise<Outcome> {
    await this.#staff(params.tasks);
    const world = new World(params.tasks, HEAP_WORDS, this.#world.words);
    const root = drive(program.setup(world.heap, params));
    const said = await this.#order(world, { program: program.name, params, root, spinLimit, seed }, seconds);
    const outcome = judge(world, said.tasks, said.end);
    if (outcome.end !== "finished") return outcome;
    try {
      if (program.check) drive(program.check(root, params));
      return outcome;
    } catch (error) {
      return { ...outcome, end: "threw", report: `check: ${(error as Error).message}\n${outcome.report}` };
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    this.#workers = [];
  }

  async #staff(tasks: number): Promise<void> {
    if (tasks > MOST_TASKS) throw new Error(`${tasks} tasks, but at most ${MOST_TASKS}`);
    const programs = pathToFileURL(buildBlockingPrograms()).href;
    const missing = Array.from({ length: Math.max(0, tasks - this.#workers.length) }, () => {
      const worker = new Worker(new URL("worker-entry.mjs", import.meta.url), {
        workerData: { arena: this.#world.words.buffer, programs, places: PLACES },
        execArgv: ["--conditions=refzero-blocking"],
      });
      this.#workers.push(worker);
      return new Promise<void>((done, fail) => {
        worker.once("error", fail);
        worker.once("message", () => done());
        worker.on("message", (said: Said) => this.#heard.get(said.run)?.(said));
      });
    });
    await Promise.all(missing);
  }

  async #order(
    world: World,
    order: { program: string; params: Params; root: number; spinLimit: number; seed: number },
    seconds: number,
  ): Promise<{ tasks: (Said | undefined)[]; end: Outcome["end"] }> {
    const run = ++this.#runs;
    const tasks: (Said | undefined)[] = Array.from({ length: order.params.tasks }, () => undefined);
    const all = new Promise<"finished">((done) => {
      this.#heard.set(run, (said) => {
        tasks[said.task] = said;
        // Others may wait for what this task will not do any more.
        if (said.end !== "finished") stopRun(world.words, true);
        if (tasks.every((task) => task !== undefined)) done("finished");
      });
    });
    for (const task of tasks.keys()) this.#workers[task]?.postMessage({ run, task, ...order });
    const end = await this.#watch(world, all, seconds);
    this.#heard.delete(run);
    if (tasks.includes(undefined)) await this.close();
    return { tasks, end };
  }

  /** Waits for the end, a standstill, or the end of patience; after either of these everybody is sent home. */
  async #watch(world: World, all: Promise<"finished">, seconds: number): Promise<Outcome["end"]> {
    const standstill = new Standstill(world);
    const limit = performance.now() + seconds * 1000;
    for (;;) {
      if ((await within(all, LOOK_MS)) === "finished") return "finished";
      const still = standstill.look();
      if (!still && performance.now() < limit) continue;
      stopRun(world.words, true);
      for (let task = 0; task < world.tasks; task++) wakeAll(world.words, taskBlock(task));
      await within(all, GRACE_MS);
      return still ? "deadlock" : "hung";
    }
  }
}

async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((done) => {
    timer = setTimeout(() => done(undefined), milliseconds);
  });
  const first = await Promise.race([promise, late]);
  clearTimeout(timer);
  return first;
}

function judge(world: World, tasks: readonly (Said | undefined)[], watched: Outcome["end"]): Outcome {
  const worst = (["threw", "abandoned"] as const).find((end) => tasks.some((task) => task?.end === end));
  const end = worst ?? watched;
  const violations = world.violations();
  const lines = tasks.map(
    (said, task) => `  task ${task}: ${said?.end ?? "not back"} ${said?.message ?? ""}; ${world.waitOf(task)}`,
  );
  const flawless = end === "finished" && violations.length === 0;
  return {
    end,
    violations,
    results: tasks.map((said) => said?.result),
    sleeps: [],
    report: flawless ? "" : [`${end} on threads`, ...violations.map((one) => JSON.stringify(one)), ...lines].join("\n"),
  };
}

