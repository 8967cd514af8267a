import { look } from "#shared/atomic/coordinator";
import { holderOf } from "#shared/sync/holder";
import { TASK, TASK_STATE, TASK_WORDS, WAIT_KIND } from "#shared/task";
import type { ArenaMap } from "./protocol.ts";

/** What one task waits for, as the coordinator sees it. */
export interface Wait {
  readonly task: number;
  readonly lock: number;
  readonly kind: number;
  /** Task that holds the lock, or -1. */
  readonly owner: number;
  /** Whether anybody holds it. The readers of a rwsem are not known one by one. */
  readonly held: boolean;
  /** True once it sleeps and nobody has woken it; a task that was woken and not yet scheduled does not count. */
  readonly asleep: boolean;
  /** True for a sleep on a word that is no longer what it was. */
  readonly changed: boolean;
  readonly sequence: number;
}

/** A look at all tasks at once. */
export interface WaitGraph {
  readonly waits: readonly Wait[];
  /** Tasks that run: not asleep, not at a barrier, not finished. */
  readonly running: number;
  /** True if no task can take a step: all sleep or stand at the barrier, and one at least sleeps. */
  readonly stuck: boolean;
}

/** Reads the wait-for graph that the tasks keep in shared memory. */
export function readWaitGraph(view: Int32Array, map: ArenaMap, tasks: number): WaitGraph {
  const waits: Wait[] = [];
  let running = 0;
  let asleepTasks = 0;
  for (let task = 0; task < tasks; task++) {
    const block = map.tasks + task * TASK_WORDS;
    const state = look(view, block + TASK.STATE);
    const parked =
      state === TASK_STATE.PARKED && look(view, block + TASK.PARK) === look(view, block + TASK.TICKET);
    if (parked) asleepTasks++;
    else if (state === TASK_STATE.RUNNING || state === TASK_STATE.PARKED) running++;
    const lock = look(view, block + TASK.WAITS_FOR);
    if (lock === 0) continue;
    const kind = look(view, block + TASK.WAIT_KIND);
    const holder = holderOf((addr) => look(view, addr), lock, kind);
    const sequence = look(view, block + TASK.WAIT_SEQUENCE);
    const changed = kind === WAIT_KIND.WORD && look(view, lock) !== look(view, block + TASK.EXPECTED);
    waits.push({ task, lock, kind, ...holder, asleep: parked || kind === WAIT_KIND.SPIN, changed, sequence });
  }
  return { waits, running, stuck: running === 0 && asleepTasks > 0 };
}

/** The tasks of a cycle of waits, each waiting for the next, or undefined. Only sleepers count. */
export function findCycle(graph: WaitGraph): readonly Wait[] | undefined {
  const byTask = new Map(graph.waits.filter((wait) => wait.asleep).map((wait) => [wait.task, wait]));
  for (const start of byTask.values()) {
    const path: Wait[] = [];
    let wait: Wait | undefined = start;
    while (wait !== undefined && !path.includes(wait)) {
      path.push(wait);
      wait = byTask.get(wait.owner);
    }
    if (wait === start) return path;
  }
  return undefined;
}
