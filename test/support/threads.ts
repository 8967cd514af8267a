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
  /** The gate delays one step in this many. Only for a team with the condition `refzero-gated`. */
  readonly chaos?: number;
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
const GRACE_MS = 1000;
const HEAP_WORDS = 1 << 16;

/**
 * Real threads that run programs in the blocking build, in one arena. Setup and check run here, in the stepped
 * build, on the same memory: both builds are the same program. Nothing waits without a bound.
 */
export class ThreadTeam {
  readonly #world: World;
  readonly #entry: URL;
  readonly #programs: string | undefined;
  readonly #conditions: readonly string[];
  #workers: Worker[] = [];
  #runs = 0;
  readonly #heard = new Map<number, (said: Said) => void>();

  /** `home` is where another build of the locks lies; see `variant.ts`. */
  constructor(home?: { readonly entry: URL; readonly programs: string }, conditions: readonly string[] = []) {
    this.#conditions = ["refzero-blocking", ...conditions];
    this.#entry = home?.entry ?? new URL("worker-entry.mjs", import.meta.url);
    this.#programs = home?.programs;
    const words = new Int32Array(new SharedArrayBuffer((PLACES.heap + HEAP_WORDS) * 4));
    this.#world = new World(1, HEAP_WORDS, words);
  }

  /** Runs a program once, a thread a task. */
  async run<P extends Params>(
    program: Program<P>,
    params: P,
    { spinLimit = 0, seed = 1, chaos = 0, seconds = 15 }: ThreadOptions = {},
  ): Promise<Outcome> {
    await this.#staff(params.tasks);
    const world = new World(params.tasks, HEAP_WORDS, this.#world.words);
    const root = drive(program.setup(world.heap, params));
    const order = { program: program.name, params, root, spinLimit, seed, chaos };
    const said = await this.#order(world, order, seconds);
    const outcome = { ...judge(world, said.tasks, said.end), root };
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
    const programs = pathToFileURL(this.#programs ?? buildBlockingPrograms()).href;
    const missing = Array.from({ length: Math.max(0, tasks - this.#workers.length) }, () => {
      const worker = new Worker(this.#entry, {
        workerData: { arena: this.#world.words.buffer, programs, places: PLACES },
        execArgv: this.#conditions.map((condition) => `--conditions=${condition}`),
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
    order: { readonly program: string; readonly params: Params; readonly root: number },
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
    (said, task) =>
      `  task ${task}: ${said?.end ?? "not back"} ${said?.message ?? ""}; ${world.waitOf(task)}`,
  );
  const flawless = end === "finished" && violations.length === 0;
  return {
    end,
    root: 0,
    violations,
    results: tasks.map((said) => said?.result),
    sleeps: [],
    report: flawless
      ? ""
      : [`${end} on threads`, ...violations.map((one) => JSON.stringify(one)), ...lines].join("\n"),
  };
}
