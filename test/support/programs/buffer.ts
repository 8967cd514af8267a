import { type Addr, add, peek, read, type Step, store, write } from "#shared/atomic/index";
import { allocateWords } from "#shared/memory/object";
import { Mutex, mutexLock, mutexUnlock } from "#shared/sync/mutex";
import { finishWait, prepareToWait, sleepOn, WaitQueue, wakeUp } from "#shared/sync/wait-queue";
import type { Program } from "../program.ts";
import { append, entries, must, mustRest, until, untilAsleep } from "./helpers.ts";

/** What the tasks act out. */
export type Play = "bounded buffer" | "first come first served" | "woken before asleep";

type Params = { tasks: number; rounds: number; play: Play };

const LOCK = 0;
const FILLED = LOCK + Mutex.size;
const EMPTIED = FILLED + WaitQueue.size;
const COUNT = EMPTIED + WaitQueue.size;
const SUM = COUNT + 1;
const LOG = SUM + 1;
const ROOM = 1;

/** Wait queues: producers (even tasks) and consumers (odd ones) around a buffer with room for one. */
const buffer: Program<Params> = {
  name: "buffer",

  *setup(heap) {
    return yield* allocateWords(heap, 1, LOG + 12);
  },

  *task(root, task, params) {
    switch (params.play) {
      case "bounded buffer":
        for (let round = 0; round < params.rounds; round++) yield* move(root, task % 2 === 0 ? 1 : -1);
        return;
      case "first come first served":
        yield* inTurn(root, task, params);
        return;
      case "woken before asleep":
        yield* early(root, task);
        return;
    }
  },

  *check(root, params) {
    must((yield* read(root + COUNT)) === 0, "the buffer is not empty");
    if (params.play === "bounded buffer") {
      must((yield* read(root + SUM)) === params.tasks * params.rounds, "a move was lost");
    }
    mustRest(root + LOCK, COUNT, "lock and queues");
  },
};

export default buffer;

/** Who was woken, in order. */
export function whoWoke(root: Addr): number[] {
  return entries(root + LOG);
}

function* move(root: Addr, step: 1 | -1): Step<void> {
  const mine = root + (step === 1 ? EMPTIED : FILLED);
  const others = root + (step === 1 ? FILLED : EMPTIED);
  for (;;) {
    yield* mutexLock(root + LOCK);
    const count = yield* read(root + COUNT);
    const possible = step === 1 ? count < ROOM : count > 0;
    if (possible) {
      yield* write(root + COUNT, count + step);
      yield* write(root + SUM, (yield* read(root + SUM)) + 1);
      yield* mutexUnlock(root + LOCK);
      yield* wakeUp(others, 1);
      return;
    }
    // In the queue before the lock is dropped: whoever changes the count from here on finds this task there.
    const ticket = yield* prepareToWait(mine);
    yield* mutexUnlock(root + LOCK);
    yield* sleepOn(mine, ticket);
    yield* finishWait(mine);
  }
}

/** Tasks queue in the order of their numbers; two are woken, then the rest. */
function* inTurn(root: Addr, task: number, params: Params): Step<void> {
  const queue = root + FILLED;
  if (task > 0) {
    if (task > 1) yield* untilAsleep(task - 1);
    const ticket = yield* prepareToWait(queue);
    yield* sleepOn(queue, ticket);
    yield* finishWait(queue);
    return yield* append(root + LOG, task);
  }
  for (let other = 1; other < params.tasks; other++) yield* untilAsleep(other);
  must((yield* wakeUp(queue, 1)) === 1, "one was to be woken");
  yield* until(root + LOG, 1);
  const rest = yield* wakeUp(queue, params.tasks);
  must(rest === params.tasks - 2, `${rest} were woken of ${params.tasks - 2}`);
  must((yield* wakeUp(queue, 1)) === 0, "somebody was left in the queue");
}

/** Woken between joining the queue and going to sleep: it does not sleep. Task 0 waits, task 1 wakes. */
function* early(root: Addr, task: number): Step<void> {
  if (task === 1) {
    yield* until(root + SUM, 1);
    must((yield* wakeUp(root + FILLED, 1)) === 1, "one was to be woken");
    yield* store(root + SUM, 2);
    return;
  }
  const ticket = yield* prepareToWait(root + FILLED);
  yield* add(root + SUM, 1);
  yield* until(root + SUM, 2);
  yield* sleepOn(root + FILLED, ticket);
  yield* finishWait(root + FILLED);
  must(peek(root + FILLED) === 0, "the wait lock is still taken");
}
