import { availableParallelism } from "node:os";
import type { LockPath, SectionPath, WholePath } from "#scenarios/paths/define";
import { type Addr, RunAborted } from "#shared/atomic/index";
import { linkLoad, linkNotify, linkStore, linkWait } from "#shared/atomic/link";
import { mix } from "#shared/random";
import { placeRecorder } from "#shared/recorder/index";
import { placeStats } from "#shared/stats";
import { setLockPolicy } from "#shared/sync/lock-policy";
import { placeTasks, setCurrentTask } from "#shared/task";
import { placeViolations } from "#shared/violation";
import { RING_STRIDE } from "../workers/arena-map.ts";
import { door, heap } from "../workers/blocking.ts";
import { LINK } from "./link.ts";
import { Link, type Work } from "./member.ts";
import type { PathOrder } from "./member-order.ts";
import { sectionWork } from "./section-work.ts";
import { wholeWork } from "./whole-work.ts";

/** Looks of a spinner at most. Where tasks share cores a few still pay: the holder of a short section is soon gone. */
const SPINS = 1_000_000;
const SPINS_CROWDED = 6;

/** Freed objects of a size that wait before the oldest is used again. */
const QUARANTINE = 64;

/** Carries an order out: lays the world out if it is the first, then serves rounds. Called once a worker. */
export async function measurePath(order: PathOrder): Promise<void> {
  const { map } = order;
  door.bind(new Int32Array(order.arena), {
    spinLimit: order.spin ? SPINS : SPINS_CROWDED,
    seed: mix(order.seed, order.task, 0xbe2c4),
  });
  placeTasks(map.tasks, order.members);
  placeStats(map.stats);
  placeViolations(map.violations);
  setCurrentTask(order.task);
  placeRecorder(order.lockStat ? map.meters : map.rings + order.task * RING_STRIDE);
  setLockPolicy(order.policy, availableParallelism());
  const { default: path } = (await import(order.module)) as { default: LockPath };
  const root = await worldOf(order, path);
  const link = new Link(order);
  await link.serve(guarded(workOf(order, path, root, link)));
}

/** The first member lays the world out; the others wait for it. */
async function worldOf(order: PathOrder, path: LockPath): Promise<Addr> {
  const { map, task, params } = order;
  const words = new Int32Array(order.link);
  if (task === 0) {
    heap.initHeap(map.worlds, map.worldWords, QUARANTINE);
    door.poke(map.roots, path.setup(map.worlds, params as never) as unknown as Addr);
    linkStore(words, LINK.READY, 1);
    linkNotify(words, LINK.READY);
  } else {
    while (linkLoad(words, LINK.READY) === 0) linkWait(words, LINK.READY, 0, 100);
  }
  return door.observe(map.roots);
}

function workOf(order: PathOrder, path: LockPath, root: Addr, link: Link): Work {
  const { params, task, tasks } = order;
  if (task >= tasks) return besideWork(order, path, root, link);
  path.begin?.(root, params as never);
  const check = (): number => {
    if (task !== 0) return Number.NaN;
    const sum = path.sum?.(root, params as never) as unknown as number | undefined;
    path.check?.(root, params as never, order.map.worlds);
    return sum ?? Number.NaN;
  };
  return "enter" in path
    ? sectionWork(path as SectionPath, root, order, link, check)
    : wholeWork(path as WholePath, root, order, link, check);
}

/** A task that is not measured: goes on until the round ends. */
function besideWork(order: PathOrder, path: LockPath, root: Addr, link: Link): Work {
  const run = path.beside?.(order.params as never)[order.task - order.tasks] as unknown as (
    root: Addr,
    params: PathOrder["params"],
  ) => void;
  const goOn = (): { ops: number; ms: number } => {
    let ops = 0;
    const start = performance.now();
    for (; !link.stopped(); ops++) run(root, order.params);
    return { ops, ms: performance.now() - start };
  };
  return { throughput: goOn, latency: goOn, exactly: goOn, quit: () => Number.NaN };
}

/** An abort ends a round wherever the member is; what it had done is not known then. */
function guarded(work: Work): Work {
  const around =
    <A extends unknown[]>(part: (...args: A) => ReturnType<Work["latency"]>) =>
    async (...args: A) => {
      try {
        return await part(...args);
      } catch (error) {
        if (!(error instanceof RunAborted)) throw error;
        return { ops: 0, ms: 0 };
      }
    };
  return {
    throughput: around(work.throughput),
    latency: around(work.latency),
    exactly: around(work.exactly),
    quit: work.quit,
  };
}
