import { MessageChannel, Worker } from "node:worker_threads";

/** Runs a foreign lock in real workers; resolves to what was counted, and whether all came to an end in time. */
export async function hammer(file, { workers, turns, limitMs = 20_000 }) {
  const peer = await import(file);
  const memory = peer.create?.() ?? new SharedArrayBuffer(peer.bytes ?? 64);
  peer.init?.(memory);
  const counter = new Int32Array(new SharedArrayBuffer(64 + 4 * workers));
  const gate = new Int32Array(new SharedArrayBuffer(64 + 4 * workers));
  const threads = Array.from({ length: workers }, (_, worker) => {
    const { port1, port2 } = new MessageChannel();
    if (peer.serve === undefined) port1.close();
    else peer.serve(port1);
    const workerData = { file, memory, counter, gate, worker, workers, turns, port: port2 };
    return new Worker(new URL("./peer-worker.mjs", import.meta.url), { workerData, transferList: [port2] });
  });
  const ends = threads.map(
    (thread) =>
      new Promise((resolve, reject) => {
        thread.once("error", reject);
        thread.once("exit", resolve);
      }),
  );
  let clock;
  const late = new Promise((resolve) => {
    clock = setTimeout(resolve, limitMs, "late");
  });
  try {
    const hung = (await Promise.race([Promise.all(ends), late])) === "late";
    const micros = Math.max(...gate.subarray(2, 2 + workers));
    return { count: counter[0], hung, ns: (micros * 1000) / (workers * turns) };
  } finally {
    clearTimeout(clock);
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}
