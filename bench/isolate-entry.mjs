import { parentPort, workerData } from "node:worker_threads";

globalThis[Symbol.for("refzero.arena")] = new Int32Array(new SharedArrayBuffer(1 << 22));
const { default: run } = await import(workerData.file);
parentPort.postMessage(await run(workerData.data));
