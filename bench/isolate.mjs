import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

// Each measurement runs in a worker of its own: its own heap, its own type feedback, its own choice of doors. What
// is compared runs in the same worker, in turns, so that a noisy moment hits both.

/** Runs the default export of `file` (below bench/) in a fresh worker with the given conditions, by `entry`, a copy of this folder's; resolves to what it returns. */
export function isolated(
  file,
  conditions,
  data = {},
  entry = new URL("./isolate-entry.mjs", import.meta.url),
) {
  const worker = new Worker(new URL(entry), {
    execArgv: conditions.map((condition) => `--conditions=${condition}`),
    workerData: { file: fileURLToPath(new URL(file, import.meta.url)), data },
  });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`${file} ended with ${code} and said nothing`)));
  });
}
