import { type Addr, peek, type Step, write } from "#shared/atomic/index";
import { allocate, allocateWords } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { WwClass, WwContext, wwAcquireFini, wwAcquireInit, wwClassInit } from "#shared/sync/ww-context";
import { WwMutex, wwMutexInit } from "#shared/sync/ww-mutex";
import { wwLockReorder, wwUnlockList } from "#shared/sync/ww-retry";
import { currentTask } from "#shared/task";
import { report } from "#shared/violation";
import type { Scenario } from "../define.ts";
import { torture } from "./torture.ts";

/** Locks that a writer takes together. */
const LOCKS = 3;

/** Three wait-die locks, a context a task, and a list of the locks a task. @kernel kernel/locking/locktorture.c: torture_ww_mutex_0 to _2, ww_acquire_ctxs */
export const WwTorture: Layout<"lock0" | "wwClass" | "contexts" | "lists"> = struct("torture_ww_mutexes", {
  lock0: WwMutex,
  lock1: WwMutex,
  lock2: WwMutex,
  wwClass: WwClass,
  contexts: "plain",
  lists: "plain",
});

const { lock0: LOCK, wwClass: CLASS, contexts: CONTEXTS, lists: LISTS } = WwTorture.at;

const contextOf = (locks: Addr): Addr => peek(peek(locks + CONTEXTS) + currentTask());
const listOf = (locks: Addr): Addr => peek(locks + LISTS) + currentTask() * LOCKS;

function* layOut(heap: Addr, tasks: number): Step<Addr> {
  const locks = yield* allocate(heap, WwTorture);
  yield* wwClassInit(locks + CLASS, "wait-die", 0, false);
  for (let index = 0; index < LOCKS; index++) {
    yield* wwMutexInit(locks + LOCK + index * WwMutex.size, locks + CLASS);
  }
  const contexts = yield* allocateWords(heap, 0, tasks);
  for (let task = 0; task < tasks; task++) yield* write(contexts + task, yield* allocate(heap, WwContext));
  yield* write(locks + CONTEXTS, contexts);
  yield* write(locks + LISTS, yield* allocateWords(heap, 0, tasks * LOCKS));
  return locks;
}

/** All three, the contended one first after a back-off. @kernel kernel/locking/locktorture.c: torture_ww_mutex_lock() */
function* lockAll(locks: Addr): Step<void> {
  const list = listOf(locks);
  // The list begins with what was put on it last.
  for (let index = 0; index < LOCKS; index++) {
    yield* write(list + index, locks + LOCK + (LOCKS - 1 - index) * WwMutex.size);
  }
  yield* wwAcquireInit(contextOf(locks), locks + CLASS);
  const error = yield* wwLockReorder(list, LOCKS, contextOf(locks));
  if (error !== 0) report("invariant", list, error);
}

const definition: Scenario = torture({
  name: "ww_mutex",
  type: "ww_mutex_lock",
  claim: "of all tasks that take three wait-die mutexes in one context, for long, one is in at a time",
  more: {},
  busted: ["invariant", "data-race"],
  words: (tasks) => WwTorture.size + 32 + tasks * (WwContext.size + LOCKS + 8),
  offsets: [0, 1, 2].map((index) => index * WwMutex.size),
  writeHold: { long: 5, usual: 0, short: false },
  *layOut(heap, tasks) {
    return yield* layOut(heap, tasks);
  },
  *writeLock(locks) {
    yield* lockAll(locks);
  },
  *writeUnlock(locks) {
    yield* wwUnlockList(listOf(locks), LOCKS);
    yield* wwAcquireFini(contextOf(locks));
  },
});

export default definition;
