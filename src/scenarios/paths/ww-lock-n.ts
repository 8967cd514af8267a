import { type Addr, choose, peek, poke, type Step, write } from "#shared/atomic/index";
import { allocate, allocateWords } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import type { LockPolicy } from "#shared/sync/lock-policy";
import { WwClass, wwAcquireFini, wwAcquireInit, wwClassInit } from "#shared/sync/ww-context";
import { WwMutex, wwMutexInit } from "#shared/sync/ww-mutex";
import { wwLockList, wwUnlockList } from "#shared/sync/ww-retry";
import { currentTask } from "#shared/task";
import { report } from "#shared/violation";
import { type ChoiceParam, choice, type IntParam, int } from "../params.ts";
import { policyParam, tasksParam } from "./common.ts";
import { contextOf, contextTable, contextTableWords } from "./contexts.ts";
import { type WholePath, wholePath } from "./define.ts";
import { lockAt, lockWorld, lockWorldWords, sumOfCounters } from "./guarded.ts";

const SIZE = WwMutex.size;
const MOST_LOCKS = 16;

/** Root: the locks, and a context and a list of the locks it takes for each task. */
const ListWorld: Layout<"world" | "wwClass" | "contexts" | "lists"> = struct("lock_list_world", {
  world: "plain",
  wwClass: "plain",
  contexts: "plain",
  lists: "plain",
});

const { world: WORLD, wwClass: CLASS, contexts: CONTEXTS, lists: LISTS } = ListWorld.at;

/** Fills `list` with `locks` different locks of `objects`, in an order by lot. */
function* draw(world: Addr, list: Addr, objects: number, locks: number): Step<void> {
  for (let index = 0; index < locks; ) {
    const lock = lockAt(world, yield* choose(objects));
    let known = false;
    for (let before = 0; before < index; before++) if (peek(list + before) === lock) known = true;
    if (!known) poke(list + index++, lock);
  }
}

function* op(
  root: Addr,
  { objects, locks }: { readonly objects: number; readonly locks: number },
): Step<void> {
  const list = peek(root + LISTS) + currentTask() * MOST_LOCKS;
  const ctx = contextOf(peek(root + CONTEXTS));
  const count = Math.min(objects, locks);
  yield* draw(peek(root + WORLD), list, objects, count);
  yield* wwAcquireInit(ctx, peek(root + CLASS));
  const error = yield* wwLockList(list, count, ctx);
  if (error !== 0) report("invariant", ctx, error);
  for (let index = 0; index < count; index++) {
    const counter = peek(list + index) + SIZE;
    poke(counter, peek(counter) + 1);
  }
  yield* wwUnlockList(list, count);
  yield* wwAcquireFini(ctx);
}

type ListParams = {
  readonly tasks: IntParam;
  readonly objects: IntParam;
  readonly locks: IntParam;
  readonly algorithm: ChoiceParam<"wound-wait" | "wait-die">;
  readonly policy: ChoiceParam<LockPolicy>;
};

const definition: WholePath<ListParams> = wholePath({
  name: "ww/lock-n",
  about: "takes several ww-mutexes in an order by lot, backing off as it must, counts, releases them",
  lockClass: "ww_mutex",
  params: {
    tasks: tasksParam(2),
    objects: int(1, 1024, 8, "locks that there are"),
    locks: int(1, MOST_LOCKS, 3, "locks that an operation takes"),
    algorithm: choice(["wound-wait", "wait-die"], "wound-wait", "how a context gives way"),
    policy: policyParam(),
  },
  vary: "algorithm",
  tasks: ({ tasks }) => tasks,
  worldWords: ({ objects, tasks }) =>
    lockWorldWords(objects, SIZE) + contextTableWords(tasks) + tasks * MOST_LOCKS + 256,
  *setup(heap, { objects, tasks, algorithm }) {
    const root = yield* allocate(heap, ListWorld);
    const wwClass = yield* allocate(heap, WwClass);
    yield* wwClassInit(wwClass, algorithm);
    const world = yield* lockWorld(heap, objects, SIZE);
    for (let index = 0; index < objects; index++) yield* wwMutexInit(lockAt(world, index), wwClass);
    yield* write(root + WORLD, world);
    yield* write(root + CLASS, wwClass);
    yield* write(root + CONTEXTS, yield* contextTable(heap, tasks));
    yield* write(root + LISTS, yield* allocateWords(heap, 0, tasks * MOST_LOCKS));
    return root;
  },
  op,
  perOp: ({ objects, locks }) => Math.min(objects, locks),
  *sum(root) {
    return yield* sumOfCounters(peek(root + WORLD), SIZE);
  },
});
export default definition;
