import { fileURLToPath } from "node:url";
import type { MessagePort } from "node:worker_threads";
import { Piscina } from "piscina";
import type { TaskOrder, TaskReport } from "./protocol.ts";

/** Which doors the workers get. Module resolution decides, so that no hot path asks. */
export interface Doors {
  /** The door that follows a plan: see follow.ts. */
  readonly scheduled?: boolean;
  readonly gated: boolean;
  readonly recorder: boolean;
  /** The recorder also tells a listener in its own thread: see chains.ts. */
  readonly heard?: boolean;
  readonly monitor: boolean;
  /** The recorder counts what each lock does instead: see shared/recorder/metered.ts. */
  readonly metered?: boolean;
}

/** Conditions that `imports` of package.json resolves by, most special first. */
export function conditions(doors: Doors): string[] {
  return [
    ...(doors.scheduled === true ? ["refzero-scheduled"] : []),
    ...(doors.gated ? ["refzero-gated"] : []),
    ...(doors.metered === true ? ["refzero-metered"] : []),
    ...(doors.heard === true ? ["refzero-heard"] : []),
    ...(doors.recorder ? ["refzero-recorder"] : []),
    ...(doors.monitor ? [] : ["refzero-unmonitored"]),
    "refzero-blocking",
  ].map((condition) => `--conditions=${condition}`);
}

/** A pool with one worker a task: each task is handed out once and lasts the whole run. */
export class TaskPool<Order = TaskOrder, Report = TaskReport> {
  readonly #pool: Piscina<Order, Report>;

  /** `entry` is the module that a worker runs, beside this one. */
  constructor(tasks: number, doors: Doors, entry = "./entry.js") {
    this.#pool = new Piscina({
      filename: fileURLToPath(new URL(entry, import.meta.url)),
      minThreads: tasks,
      maxThreads: tasks,
      concurrentTasksPerWorker: 1,
      atomics: "disabled",
      execArgv: conditions(doors),
    });
    // A worker that dies makes its own run() reject; the pool's event adds nothing.
    this.#pool.on("error", () => {});
  }

  /** Hands a task to its worker, with what is to be its own from then on. Rejects if the worker dies. */
  run(order: Order, transferred: readonly MessagePort[] = []): Promise<Report> {
    return this.#pool.run(order, { transferList: [...transferred] });
  }

  /** Ends all workers, wherever they are. */
  async destroy(): Promise<void> {
    await this.#pool.destroy();
  }
}
