import { peek } from "#shared/atomic/index";
import { STEP } from "#shared/atomic/step-kind";
import { ownerTask, WAITERS } from "#shared/sync/owner-word";
import { WaitList } from "#shared/sync/waiters";
import { WwContext } from "#shared/sync/ww-context";
import { WwMutex } from "#shared/sync/ww-mutex";
import { TASK, TASK_STATE, taskBlock } from "#shared/task";
import { contextAt, lockAt } from "./programs/ww-world.ts";
import type { Next } from "./stepper.ts";

const { at } = WwContext;
const LIST = WwMutex.at.base + 2;

/** Looks at every lock and context of a ww program after every step, and throws where an invariant of locks.md A3 fails. */
export class WwInspector {
  readonly #root: number;
  readonly #locks: number;
  readonly #tasks: number;
  readonly #stale: boolean[];
  /** Most waiters seen in one queue: a test that never sees two shows little. */
  longest = 0;

  constructor(root: number, locks: number, tasks: number) {
    this.#root = root;
    this.#locks = locks;
    this.#tasks = tasks;
    this.#stale = Array.from({ length: tasks }, () => false);
  }

  readonly look = (_task: number, next: readonly Next[]): void => {
    for (let index = 0; index < this.#locks; index++) {
      const lock = lockAt(this.#root, index);
      this.#holder(lock, next);
      // With the wait lock taken the queue is being changed.
      if (peek(lock + 1) === 0) this.#queue(lock);
    }
    for (let task = 0; task < this.#tasks; task++) this.#context(task);
  };

  /** I4: a lock that names a context is counted by it; while it is released the count goes first. */
  #holder(lock: number, next: readonly Next[]): void {
    const ctx = peek(lock + WwMutex.at.ctx);
    if (ctx === 0 || peek(ctx + at.acquired) > 0) return;
    const word = lock + WwMutex.at.ctx;
    const released = next.some(
      ({ kind, addr, value }) =>
        (kind === STEP.WRITE || kind === STEP.WRITE_ONCE) && addr === word && value === 0,
    );
    if (!released) throw new Error("I4: the holder's context counts no lock");
  }

  #queue(lock: number): void {
    const queue = waitersOf(lock);
    this.longest = Math.max(this.longest, queue.length);
    const flagged = (peek(lock) & WAITERS) !== 0;
    if (flagged !== queue.length > 0)
      throw new Error(`WAITERS is ${flagged} with ${queue.length} in the queue`);
    const inContext = queue.filter((task) => contextOf(task) !== 0);
    for (const [place, task] of inContext.entries()) {
      const before = inContext[place - 1];
      if (before === undefined) continue;
      if (age(contextOf(before), contextOf(task)) >= 0)
        throw new Error(`I1: not oldest first: ${queue.join()}`);
      if (mustDie(task))
        throw new Error(`I2: task ${task} waits behind an older one, holding locks, unwoken`);
    }
  }

  /** I5: a wound from when the task owned nothing is gone before its context has a lock. It may get a new one at once. */
  #context(task: number): void {
    const ctx = contextAt(this.#root, task);
    const acquired = peek(ctx + at.acquired);
    if (peek(ctx + at.wounded) === 0) this.#stale[task] = false;
    else if (!this.#owns(task)) this.#stale[task] = true;
    if (acquired > 0 && this.#stale[task]) throw new Error(`I5: task ${task} has a lock and an old wound`);
  }

  #owns(task: number): boolean {
    for (let index = 0; index < this.#locks; index++) {
      if (ownerTask(peek(lockAt(this.#root, index))) === task) return true;
    }
    return false;
  }
}

function contextOf(task: number): number {
  return peek(taskBlock(task) + TASK.WAITER_CONTEXT);
}

function age(a: number, b: number): number {
  return (peek(a + at.stamp) - peek(b + at.stamp)) | 0;
}

/** Wait-die: asleep with locks held, and nobody has woken it to look again. */
function mustDie(task: number): boolean {
  const ctx = contextOf(task);
  const block = taskBlock(task);
  const asleep =
    peek(block + TASK.STATE) === TASK_STATE.PARKED && peek(block + TASK.PARK) === peek(block + TASK.TICKET);
  return asleep && peek(ctx + at.isWaitDie) !== 0 && peek(ctx + at.acquired) > 0;
}

/** The tasks in a lock's queue, first first; throws where the links do not agree. */
function waitersOf(lock: number): number[] {
  const queue: number[] = [];
  let before = 0;
  for (let link = peek(lock + LIST + WaitList.at.head); link !== 0; ) {
    const block = taskBlock(link - 1);
    if (queue.includes(link - 1)) throw new Error(`task ${link - 1} is in a queue twice`);
    if (peek(block + TASK.WAITER_PREVIOUS) !== before)
      throw new Error(`the link back of task ${link - 1} is wrong`);
    queue.push(link - 1);
    before = link;
    link = peek(block + TASK.WAITER_NEXT);
  }
  if (peek(lock + LIST + WaitList.at.tail) !== before) throw new Error("the tail of a queue is not its last");
  return queue;
}
