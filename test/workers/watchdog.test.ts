import { describe, expect, test } from "vitest";
import { HANDOFF, PICKUP, WAITERS } from "#shared/sync/owner-word";
import { RWSEM } from "#shared/sync/rwsem-slow";
import { OWNER_SHIFT, TASK, TASK_STATE, TASK_WORDS, WAIT_KIND } from "#shared/task";
import type { ArenaMap } from "../../src/workers/protocol.ts";
import { findCycle, readWaitGraph } from "../../src/workers/wait-graph.ts";
import { type Stuck, Watchdog } from "../../src/workers/watchdog.ts";

const LOCKS = 100;
const RWSEM_WRITER = 4;
/** Looks after which sleepers on a free lock are reported although others run. */
const MANY = 10;

/** An arena with task blocks only, set by hand. */
class Scene {
  readonly view = new Int32Array(new SharedArrayBuffer(16_384));
  readonly map = { tasks: 512 } as ArenaMap;
  readonly #tasks: number;

  constructor(tasks: number) {
    this.#tasks = tasks;
    for (let task = 0; task < tasks; task++) this.#set(task, { STATE: TASK_STATE.RUNNING });
  }

  #set(task: number, words: Partial<Record<keyof typeof TASK, number>>): void {
    for (const [name, value] of Object.entries(words))
      this.view[this.map.tasks + task * TASK_WORDS + TASK[name as keyof typeof TASK]] = value;
  }

  /** A mutex, held by `owner` or by nobody (-1). */
  lock(index: number, owner: number, flags = 0): this {
    this.view[LOCKS + index * 8] = ((owner + 1) << OWNER_SHIFT) | flags;
    return this;
  }

  spinlock(index: number, owner: number): this {
    this.view[LOCKS + index * 8] = owner + 1;
    return this;
  }

  rwsem(index: number, count: number, writer = -1): this {
    this.view[LOCKS + index * 8] = count;
    this.view[LOCKS + index * 8 + RWSEM_WRITER] = writer + 1;
    return this;
  }

  /** The task sleeps on a lock; `woken` and not scheduled yet if so said. */
  sleeps(task: number, index: number, kind: number = WAIT_KIND.LOCK, woken = false): this {
    const ticket = 7;
    this.#set(task, { STATE: TASK_STATE.PARKED, TICKET: ticket, PARK: woken ? ticket + 1 : ticket });
    this.#set(task, { WAITS_FOR: LOCKS + index * 8, WAIT_KIND: kind, WAIT_SEQUENCE: 1 });
    return this;
  }

  spins(task: number, index: number): this {
    this.#set(task, { WAITS_FOR: LOCKS + index * 8, WAIT_KIND: WAIT_KIND.SPIN, WAIT_SEQUENCE: 1 });
    return this;
  }

  again(task: number): this {
    this.#set(task, { WAIT_SEQUENCE: 2 });
    return this;
  }

  is(task: number, state: number): this {
    this.#set(task, { STATE: state });
    return this;
  }

  dog(): Watchdog {
    return new Watchdog(this.view, this.map, this.#tasks);
  }

  graph() {
    return readWaitGraph(this.view, this.map, this.#tasks);
  }
}

/** What the watchdog says at each of so many looks, in short. */
function looks(scene: Scene, count: number): string[] {
  const dog = scene.dog();
  return Array.from({ length: count }, () => told(dog.look()));
}

function told(found: Stuck | undefined): string {
  return found === undefined ? "" : `${found.kind} ${found.waits.map(({ task }) => task).join(",")}`;
}

describe("the watchdog reports at the second look", () => {
  const stuck: Readonly<Record<string, [scene: () => Scene, report: string]>> = {
    "two tasks that sleep on each other's mutex": [
      () => new Scene(2).lock(0, 0).lock(1, 1).sleeps(0, 1).sleeps(1, 0),
      "deadlock 0,1",
    ],
    "a cycle of three among tasks that run": [
      () => new Scene(5).lock(0, 1).lock(1, 2).lock(2, 4).sleeps(1, 1).sleeps(2, 2).sleeps(4, 0),
      "deadlock 1,2,4",
    ],
    "a task that sleeps on its own mutex": [() => new Scene(2).lock(0, 1).sleeps(1, 0), "deadlock 1"],
    "two tasks that spin on each other's spinlock": [
      () => new Scene(2).spinlock(0, 0).spinlock(1, 1).spins(0, 1).spins(1, 0),
      "deadlock 0,1",
    ],
    "a spinner and a sleeper": [
      () => new Scene(2).spinlock(0, 1).lock(1, 0).spins(0, 0).sleeps(1, 1),
      "deadlock 0,1",
    ],
    "two writers of rwsems": [
      () =>
        new Scene(2)
          .rwsem(0, RWSEM.WRITER | RWSEM.WAITING, 0)
          .rwsem(1, RWSEM.WRITER | RWSEM.WAITING, 1)
          .sleeps(0, 1, WAIT_KIND.WRITE)
          .sleeps(1, 0, WAIT_KIND.READ),
      "deadlock 0,1",
    ],
    "two readers that want to write what the other reads": [
      () =>
        new Scene(2)
          .rwsem(0, RWSEM.READER | RWSEM.WAITING)
          .rwsem(1, RWSEM.READER | RWSEM.WAITING)
          .sleeps(0, 1, WAIT_KIND.WRITE)
          .sleeps(1, 0, WAIT_KIND.WRITE),
      "deadlock 0,1",
    ],
    "a reader that sleeps on a mutex whose holder wants to write": [
      () =>
        new Scene(2)
          .rwsem(0, RWSEM.READER | RWSEM.WAITING)
          .lock(1, 1)
          .sleeps(0, 1)
          .sleeps(1, 0, WAIT_KIND.WRITE),
      "deadlock 0,1",
    ],
    "a sleeper on a free mutex, with nobody left": [
      () => new Scene(2).lock(0, -1, WAITERS).sleeps(0, 0).is(1, TASK_STATE.AT_BARRIER),
      "lost-wakeup 0",
    ],
    "an event that nobody is left to bring": [
      () => new Scene(2).sleeps(0, 0, WAIT_KIND.EVENT).is(1, TASK_STATE.FINISHED),
      "wait-forever 0",
    ],
    "a mutex whose owner has gone": [
      () => new Scene(2).lock(0, 1, WAITERS).sleeps(0, 0).is(1, TASK_STATE.AT_BARRIER),
      "wait-forever 0",
    ],
    "a rwsem that its only reader wants to write": [
      () =>
        new Scene(2)
          .rwsem(0, RWSEM.READER | RWSEM.WAITING)
          .sleeps(0, 0, WAIT_KIND.WRITE)
          .is(1, TASK_STATE.AT_BARRIER),
      "wait-forever 0",
    ],
  };

  test.each(Object.entries(stuck))("%s", (_what, [scene, report]) => {
    expect(looks(scene(), 2)).toEqual(["", report]);
  });
});

describe("the watchdog says nothing of", () => {
  const fine: Readonly<Record<string, () => Scene>> = {
    "tasks that run": () => new Scene(3),
    "tasks at the barrier": () => new Scene(2).is(0, TASK_STATE.AT_BARRIER).is(1, TASK_STATE.AT_BARRIER),
    "a sleeper whose lock is held by a task that runs": () => new Scene(2).lock(0, 1).sleeps(0, 0),
    "a cycle in which one has been woken": () =>
      new Scene(2).lock(0, 0).lock(1, 1).sleeps(0, 1).sleeps(1, 0, WAIT_KIND.LOCK, true),
    "a sleeper that was woken and has not run yet": () =>
      new Scene(1).lock(0, -1, WAITERS).sleeps(0, 0, WAIT_KIND.LOCK, true),
    "a free lock one of whose sleepers has been woken": () =>
      new Scene(3).lock(0, -1, WAITERS).sleeps(0, 0).sleeps(1, 0, WAIT_KIND.LOCK, true),
    "a spinner on a free spinlock": () => new Scene(1).spinlock(0, -1).spins(0, 0),
    "a sleeper on an event, while another runs": () => new Scene(2).sleeps(0, 0, WAIT_KIND.EVENT),
    "sleepers on a rwsem that a running task reads": () =>
      new Scene(2).rwsem(0, RWSEM.READER | RWSEM.WAITING).sleeps(0, 0, WAIT_KIND.WRITE),
  };

  test.each(Object.entries(fine))("%s", (_what, scene) => {
    expect(looks(scene(), 3 * MANY)).toEqual(Array.from({ length: 3 * MANY }, () => ""));
  });
});

describe("while other tasks run", () => {
  test("sleepers on a free lock are a lost wake-up only after many looks", () => {
    const seen = looks(new Scene(2).lock(0, -1, WAITERS | HANDOFF).sleeps(0, 0), MANY);
    expect(seen).toEqual([...Array.from({ length: MANY - 1 }, () => ""), "lost-wakeup 0"]);
  });

  test("a lock that is handed over to a sleeper is not held by it, at first", () => {
    const scene = new Scene(2).lock(0, 0, WAITERS | PICKUP).sleeps(0, 0);
    expect(looks(scene, 2)).toEqual(["", ""]);
    expect(looks(scene, MANY).at(-1)).toBe("lost-wakeup 0");
  });
});

test("a wait that began anew between two looks is not the same wait", () => {
  const scene = new Scene(2).lock(0, 0).lock(1, 1).sleeps(0, 1).sleeps(1, 0);
  const dog = scene.dog();
  expect(dog.look()).toBeUndefined();
  scene.again(1);
  expect(dog.look()).toBeUndefined();
  expect(told(dog.look())).toBe("deadlock 0,1");
});

test("the graph says who waits for what, and who holds it", () => {
  const graph = new Scene(3).lock(0, 2).sleeps(0, 0).spinlock(1, 0).spins(1, 1).graph();
  expect(graph).toMatchObject({ running: 2, stuck: false });
  expect(graph.waits).toMatchObject([
    { task: 0, lock: LOCKS, owner: 2, held: true, asleep: true },
    { task: 1, lock: LOCKS + 8, owner: 0, held: true, asleep: true },
  ]);
  expect(findCycle(graph)).toBeUndefined();
});
