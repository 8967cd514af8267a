import { parentPort } from "node:worker_threads";

// Says where a worker's `#…` modules come from.
const names = ["#shared/sync/mutex", "#scenarios/define", "#door", "#recorder", "#monitor"];
parentPort.postMessage(Object.fromEntries(names.map((name) => [name, import.meta.resolve(name)])));
