import { workerData } from "node:worker_threads";

// One worker of a run of a foreign lock: `turns` times lock, count, unlock.

const { file, memory, counter, gate, worker, workers, turns, port } = workerData;
const ARRIVED = 0;
const FIRST_TIME = 2;

async function attached() {
  const peer = await import(file);
  if (peer.attach !== undefined) return peer.attach(memory, worker, workers, port);
  const view = new Int32Array(memory);
  return { lock: () => peer.lock(view, 0), unlock: () => peer.unlock(view, 0) };
}

/** All begin together, or the first has done before the second has started. */
function meet() {
  if (Atomics.add(gate, ARRIVED, 1) + 1 === workers) Atomics.notify(gate, ARRIVED);
  for (let here = Atomics.load(gate, ARRIVED); here < workers; here = Atomics.load(gate, ARRIVED))
    Atomics.wait(gate, ARRIVED, here);
}

/** One turn; a promise if the lock is of that kind. */
function turn({ lock, unlock }) {
  const taken = lock();
  if (taken !== undefined) return turnLater(taken, unlock);
  counter[0] += 1;
  unlock();
}

async function turnLater(taken, unlock) {
  await taken;
  counter[0] += 1;
  await unlock();
}

async function count(peer) {
  for (let done = 0; done < turns; done++) {
    const later = turn(peer);
    if (later !== undefined) await later;
  }
}

const peer = await attached();
meet();
const started = performance.now();
await count(peer);
gate[FIRST_TIME + worker] = Math.round((performance.now() - started) * 1000);
