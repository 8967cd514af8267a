import { type Addr, peek, read, type Step, store, write } from "#shared/atomic/index";
import { allocateWords } from "#shared/memory/object";
import { wwMutexLock, wwMutexUnlock } from "#shared/sync/ww-mutex";
import type { Program } from "../program.ts";
import { enter, leave, must } from "./helpers.ts";
import { close, open, type Shape as Taking, takeAll } from "./ww-transaction.ts";
import { type Algorithm, layOut, lockAt, mustAllRest, spare } from "./ww-world.ts";

/** How a round takes its locks: as a transaction, or one lock without a context, or any of these. */
export type Shape = Taking | "single" | "mixed";

type Params = {
  tasks: number;
  rounds: number;
  algorithm: Algorithm;
  shape: Shape;
  locks: number;
  /** Locks of one transaction. */
  held: number;
  seed: number;
  mutant: number;
  inject: number;
};

const INSIDE = 0;
const COUNTS = 1;

/**
 * Stress of kernel/locking/test-ww_mutex.c: random transactions, nothing but EDEADLK is ever seen, a lock is held
 * by one, the oldest is never told to back off. Returns how often this task was.
 */
const wwStress: Program<Params> = {
  name: "ww-stress",

  *setup(heap, params) {
    const { algorithm, tasks, locks } = params;
    const root = yield* layOut(heap, algorithm, tasks, locks, params.mutant, params.inject !== 0);
    yield* store(spare(root, INSIDE), yield* allocateWords(heap, 3, locks));
    yield* store(spare(root, COUNTS), yield* allocateWords(heap, 4, locks));
    return root;
  },

  *task(root, task, params) {
    let backoffs = 0;
    for (let round = 0; round < params.rounds; round++) {
      const draw = drawOf(params, task, round);
      const shape = shapeOf(params.shape, draw);
      const order = orderOf(params, draw);
      if (shape === "single") {
        yield* alone(root, order.slice(0, 1));
        continue;
      }
      const transaction = yield* open(root, task, params.tasks);
      yield* takeAll(transaction, shape, order);
      yield* work(root, order);
      yield* close(transaction, order);
      backoffs += transaction.backoffs;
    }
    return backoffs;
  },

  *check(root, params) {
    let count = 0;
    for (let lock = 0; lock < params.locks; lock++) count += yield* read(peek(spare(root, COUNTS)) + lock);
    let expected = 0;
    for (let task = 0; task < params.tasks; task++) {
      for (let round = 0; round < params.rounds; round++) {
        expected += shapeOf(params.shape, drawOf(params, task, round)) === "single" ? 1 : params.held;
      }
    }
    must(count === expected, `${count} holds counted of ${expected}`);
    mustAllRest(root, params.locks);
  },
};

export default wwStress;

function drawOf(params: Params, task: number, round: number): number {
  return (params.seed * 7919 + task * 104729 + round * 1299709) | 0;
}

function scramble(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

function shapeOf(shape: Shape, draw: number): Taking | "single" {
  if (shape !== "mixed") return shape;
  const shapes = ["in-order", "reorder", "single", "trylock"] as const;
  return shapes[scramble(draw) % 4] ?? "single";
}

/** Some locks, in some order, the same for the same draw. */
function orderOf(params: Params, draw: number): number[] {
  const all = Array.from({ length: params.locks }, (_, lock) => lock);
  for (let place = 0; place < params.held; place++) {
    const other = place + (scramble(draw + place * 31) % (params.locks - place));
    [all[place], all[other]] = [all[other] ?? 0, all[place] ?? 0];
  }
  return all.slice(0, params.held);
}

function* work(root: Addr, order: readonly number[]): Step<void> {
  for (let place = 0; place < order.length; place++) {
    const lock = order[place] ?? 0;
    const count = peek(spare(root, COUNTS)) + lock;
    yield* enter(peek(spare(root, INSIDE)) + lock);
    yield* write(count, (yield* read(count)) + 1);
  }
  for (let place = 0; place < order.length; place++) {
    yield* leave(peek(spare(root, INSIDE)) + (order[place] ?? 0));
  }
}

function* alone(root: Addr, order: readonly number[]): Step<void> {
  const lock = lockAt(root, order[0] ?? 0);
  must((yield* wwMutexLock(lock, 0)) === 0, "refused without a context");
  yield* work(root, order);
  yield* wwMutexUnlock(lock);
}
