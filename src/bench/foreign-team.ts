import { availableParallelism } from "node:os";
import { linkLoad } from "#shared/atomic/link";
import { TaskPool } from "../workers/pool.ts";
import { type ForeignLock, memoryOf, servedPort } from "./foreign.ts";
import type { ForeignOrder } from "./member-order.ts";
import { Team, teamMemory } from "./team.ts";

/** A team that measures a foreign lock. */
export class ForeignTeam {
  readonly team: Team;
  readonly lock: ForeignLock;
  readonly #pool: TaskPool<ForeignOrder, void>;
  readonly #close: (() => void)[] = [];
  readonly #counter: Int32Array;

  private constructor(lock: ForeignLock, tasks: number) {
    this.lock = lock;
    const doors = { gated: false, recorder: false, monitor: true };
    this.#pool = new TaskPool(tasks, doors, "../bench/foreign-entry.js");
    const memory = memoryOf(lock);
    const counter = new SharedArrayBuffer(64);
    this.#counter = new Int32Array(counter);
    const shared = teamMemory(tasks);
    const running = Array.from({ length: tasks }, (_, task) => {
      const port = servedPort(lock);
      if (port !== undefined) this.#close.push(port.close);
      const order = {
        ...shared,
        memory,
        counter,
        module: lock.url,
        port: port?.worker,
        task,
        tasks,
        spin: tasks <= availableParallelism(),
        seed: 1,
      };
      return this.#pool.run(order, port === undefined ? [] : [port.worker]);
    });
    this.team = new Team(shared, running, tasks);
  }

  /** Starts the workers; resolves when each has taken the lock once. @throws Hung, or what the module threw */
  static async start(lock: ForeignLock, tasks: number): Promise<ForeignTeam> {
    const started = new ForeignTeam(lock, tasks);
    try {
      await started.team.ready(0);
    } catch (error) {
      await started.end();
      throw error;
    }
    return started;
  }

  /** What the counter that the lock guards says. Between rounds. */
  counted(): number {
    return linkLoad(this.#counter, 0);
  }

  /** Ends the workers, wherever they are. */
  async end(): Promise<void> {
    for (const close of this.#close) close();
    await this.#pool.destroy();
  }
}
