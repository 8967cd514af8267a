import { type Addr, add, peek, read, type Step, store, write } from "#shared/atomic/index";
import { allocate, allocateWords } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { countFor, STAT } from "#shared/stats";
import {
  WW_MUTANT,
  WwClass,
  WwContext,
  wwAcquireFini,
  wwAcquireInit,
  wwClassInit,
} from "#shared/sync/ww-context";
import { WwMutex, wwMutexInit } from "#shared/sync/ww-mutex";
import { wwLockList, wwUnlockList } from "#shared/sync/ww-retry";
import { currentTask } from "#shared/task";
import { report } from "#shared/violation";

/** Root of a world of ww-mutexes: a class, `count` locks, a context and an order a task, and a guarded sum. */
export const WwWorld: Layout<"wwClass" | "locks" | "contexts" | "orders" | "count" | "sum" | "done"> = struct(
  "ww_world",
  {
    wwClass: "plain",
    locks: "plain",
    contexts: "plain",
    /** A table of lock addresses a task. */
    orders: "plain",
    count: "plain",
    /** Raised by each task under all its locks: what mutual exclusion is checked by. */
    sum: "plain",
    done: "atomic",
  },
);

const {
  wwClass: CLASS,
  contexts: CONTEXTS,
  orders: ORDERS,
  count: COUNT,
  sum: SUM,
  done: DONE,
  locks: LOCKS,
} = WwWorld.at;

/** Values of parameter `mutant`. */
export const wwMutants = ["none", "no-backoff"] as const;

/**
 * Lays out `locks` ww-mutexes and, a task, the order of `perTask` of them that it will take: task i begins at lock
 * i and goes round.
 */
export function* wwWorld(
  heap: Addr,
  options: {
    tasks: number;
    locks: number;
    perTask: number;
    algorithm: "wait-die" | "wound-wait";
    mutant: string;
    inject: boolean;
  },
): Step<Addr> {
  const { tasks, locks, perTask } = options;
  const root = yield* allocate(heap, WwWorld);
  const wwClass = yield* allocate(heap, WwClass);
  yield* wwClassInit(
    wwClass,
    options.algorithm,
    options.mutant === "no-backoff" ? WW_MUTANT.NO_BACKOFF : 0,
    options.inject,
  );
  // A context injects first where its stamp is a multiple of 16: the first one of this world.
  if (options.inject) yield* store(wwClass + WwClass.at.stamp, 15);
  const table = yield* allocateWords(heap, 0, locks);
  for (let index = 0; index < locks; index++) {
    const lock = yield* allocate(heap, WwMutex);
    yield* wwMutexInit(lock, wwClass);
    yield* write(table + index, lock);
  }
  const contexts = yield* allocateWords(heap, 0, tasks);
  const orders = yield* allocateWords(heap, 0, tasks * perTask);
  for (let task = 0; task < tasks; task++) {
    yield* write(contexts + task, yield* allocate(heap, WwContext));
    for (let step = 0; step < perTask; step++) {
      yield* write(orders + task * perTask + step, peek(table + ((task + step) % locks)));
    }
  }
  yield* write(root + CLASS, wwClass);
  yield* write(root + LOCKS, table);
  yield* write(root + CONTEXTS, contexts);
  yield* write(root + ORDERS, orders);
  yield* write(root + COUNT, perTask);
  return root;
}

/** Takes all locks of its order in one context, raises the sum, lets go. */
export function* takeAll(root: Addr): Step<void> {
  const count = peek(root + COUNT);
  const ctx = peek(peek(root + CONTEXTS) + currentTask());
  const order = peek(root + ORDERS) + currentTask() * count;
  countFor(STAT.OPS, 1);
  yield* wwAcquireInit(ctx, peek(root + CLASS));
  const error = yield* wwLockList(order, count, ctx);
  if (error === 0) {
    yield* write(root + SUM, (yield* read(root + SUM)) + 1);
    yield* wwUnlockList(order, count);
  } else {
    report("invariant", ctx, error);
  }
  yield* wwAcquireFini(ctx);
  yield* add(root + DONE, 1);
}

/** All locks are free again, and the sum says that nobody was in twice. `shared` is whether all tasks share a lock. */
export function* checkFree(root: Addr, locks: number, shared: boolean): Step<void> {
  const table = peek(root + LOCKS);
  for (let index = 0; index < locks; index++) {
    const lock = yield* read(table + index);
    if (peek(lock) !== 0) report("leak", lock, peek(lock));
  }
  const sum = yield* read(root + SUM);
  if (shared && sum !== peek(root + DONE)) report("invariant", root + SUM, sum);
}

/** Words of a world of `locks` locks for `tasks` tasks. */
export function wwWorldWords(tasks: number, locks: number, perTask: number): number {
  return 96 + locks * (WwMutex.size + 5) + tasks * (WwContext.size + perTask + 6);
}
