import type { AttachedLock, ForeignModule } from "./foreign.ts";
import { type Done, Link, type Work } from "./member.ts";
import type { ForeignOrder } from "./member-order.ts";
import { loops } from "./section-work.ts";

/** What a worker runs as a member of a team that measures a foreign lock: the loop is that of refzero's own paths. */
export default async function runForeign(order: ForeignOrder): Promise<void> {
  const module = (await import(order.module)) as ForeignModule;
  const { lock, unlock } = await attached(module, order);
  const counter = new Int32Array(order.counter);
  const link = new Link(order);
  const first = lock();
  const isAsync = typeof (first as PromiseLike<unknown> | undefined)?.then === "function";
  await first;
  counter[0] = (counter[0] ?? 0) + 1;
  await unlock();
  const work = isAsync ? asyncWork(lock, unlock, counter, link) : syncWork(lock, unlock, counter, link);
  await link.serve({ ...work, quit: () => (order.task === 0 ? (counter[0] ?? 0) : Number.NaN) });
}

async function attached(module: ForeignModule, order: ForeignOrder): Promise<AttachedLock> {
  if (module.attach !== undefined)
    return await module.attach(order.memory, order.task, order.tasks, order.port);
  const view = new Int32Array(order.memory);
  const { lock, unlock } = module;
  if (lock === undefined || unlock === undefined) throw new Error("no lock in this module");
  return { lock: () => lock(view, 0), unlock: () => unlock(view, 0) };
}

type Call = () => unknown;

function syncWork(lock: Call, unlock: Call, counter: Int32Array, link: Link): Omit<Work, "quit"> {
  const sweep = (calls: number): void => {
    for (let call = 0; call < calls; call++) {
      lock();
      counter[0] = (counter[0] ?? 0) + 1;
      unlock();
    }
  };
  const clocked = (): void => {
    const start = performance.now();
    lock();
    const held = performance.now();
    counter[0] = (counter[0] ?? 0) + 1;
    unlock();
    link.record(0, held - start);
    link.record(1, performance.now() - held);
  };
  return loops(sweep, clocked, link);
}

function asyncWork(lock: Call, unlock: Call, counter: Int32Array, link: Link): Omit<Work, "quit"> {
  const section = async (): Promise<void> => {
    await lock();
    counter[0] = (counter[0] ?? 0) + 1;
    await unlock();
  };
  const clocked = async (): Promise<void> => {
    const start = performance.now();
    await lock();
    const held = performance.now();
    counter[0] = (counter[0] ?? 0) + 1;
    await unlock();
    link.record(0, held - start);
    link.record(1, performance.now() - held);
  };
  const until = async (enough: (ops: number) => boolean, run: () => Promise<void>): Promise<Done> => {
    let ops = 0;
    const start = performance.now();
    for (; !enough(ops); ops++) {
      await run();
      // Promises alone never let messages in.
      if (ops % YIELD_EVERY === 0) await new Promise(setImmediate);
    }
    return { ops, ms: performance.now() - start };
  };
  return {
    throughput: () => until(() => link.stopped(), section),
    latency: () => until(() => link.stopped(), clocked),
    exactly: (calls) => until((ops) => ops >= calls, section),
  };
}

const YIELD_EVERY = 1024;
