import { MessageChannel, Worker } from "node:worker_threads";

/** A count that stands still for so long will not go on: workers start and sleep in less. */
const STANDSTILL_MS = 4000;
const LOOK_MS = 250;

/** Runs a foreign lock in real workers; resolves to what was counted, and whether all came to an end. */
export async function hammer(file, { workers, turns }) {
  const peer = await import(file);
  const memory = peer.create?.() ?? new SharedArrayBuffer(peer.bytes ?? 64);
  peer.init?.(memory);
  const counter = new Int32Array(new SharedArrayBuffer(64));
  const gate = new Int32Array(new SharedArrayBuffer(64 + 4 * workers));
  const threads = Array.from({ length: workers }, (_, worker) => {
    const { port1, port2 } = new MessageChannel();
    peer.serve?.(port1);
    const workerData = { file, memory, counter, gate, worker, workers, turns, port: port2 };
    return new Worker(new URL("./peer-worker.mjs", import.meta.url), { workerData, transferList: [port2] });
  });
  const stopped = standstill(counter);
  try {
    const end = await Promise.race([Promise.all(threads.map(ended)), stopped.seen]);
    const micros = Math.max(...gate.subarray(2, 2 + workers));
    return { count: counter[0], hung: end === "hung", nsPerOp: (micros * 1000) / (workers * turns) };
  } finally {
    stopped.forget();
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

function ended(thread) {
  return new Promise((resolve, reject) => {
    thread.once("error", reject);
    thread.once("exit", resolve);
  });
}

/** `seen` resolves once the count has not moved for long. */
function standstill(counter) {
  let last = counter[0];
  let since = performance.now();
  let timer;
  const seen = new Promise((resolve) => {
    timer = setInterval(() => {
      const now = Atomics.load(counter, 0);
      if (now !== last) since = performance.now();
      else if (performance.now() - since > STANDSTILL_MS) resolve("hung");
      last = now;
    }, LOOK_MS);
  });
  return { seen, forget: () => clearInterval(timer) };
}
