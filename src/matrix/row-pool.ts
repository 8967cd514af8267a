import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { openCacheDirectory } from "../build/cache-dir.ts";
import { UsageError } from "../record/usage-error.ts";
import type { RowAnswer, RowExplored, RowOrder } from "./row-order.ts";

/** Explores on a few threads at once, each one order after the other. */
export class RowPool {
  readonly #pool: Piscina<RowOrder, RowAnswer>;
  /** Where the threads build users' files: a thread that is ended cannot clean up behind itself. */
  readonly #temporary = openCacheDirectory();
  #closed = false;

  constructor(threads: number) {
    this.#pool = new Piscina({
      filename: fileURLToPath(new URL("./row-worker.js", import.meta.url)),
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      atomics: "disabled",
    });
    // A worker that dies makes its own run() reject; the pool's event adds nothing.
    this.#pool.on("error", () => {});
  }

  /** Undefined if the pool was closed before there was an answer. @throws UsageError as the explorer does */
  async run(order: RowOrder): Promise<RowExplored | undefined> {
    if (this.#closed) return undefined;
    try {
      const answer = await this.#pool.run({ ...order, temporary: this.#temporary.path });
      if ("usage" in answer) throw new UsageError(answer.usage.code, answer.usage.facts);
      return answer;
    } catch (error) {
      if (this.#closed) return undefined;
      throw error;
    }
  }

  /** Ends all threads, wherever they are. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#pool.destroy();
    this.#temporary.close();
  }
}
