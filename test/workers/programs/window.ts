import { type Scenario, scenario } from "#scenarios/define";
import { type ChoiceParam, choice } from "#scenarios/params";
import { type Addr, cpuRelax, load, peek, type Step, store, write } from "#shared/atomic/index";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { closeWindow, openWindow } from "#shared/sync/contention-monitor";
import { WwClass, wwClassInit } from "#shared/sync/ww-context";
import { WwMutex, wwMutexInit, wwMutexLock, wwMutexTrylock, wwMutexUnlock } from "#shared/sync/ww-mutex";
import { TASK, taskBlock } from "#shared/task";
import { report } from "#shared/violation";

/** One lock whose window a task opens while another one does one thing to the lock, at a time agreed on. */
const World: Layout<"lock" | "wwClass" | "turn"> = struct("window_world", {
  lock: WwMutex,
  wwClass: WwClass,
  turn: "atomic",
});

const { lock: LOCK, turn: TURN } = World.at;
const OTHER = 1;

/** What the other task does, and when. The first five are contention, the others are not. */
export const ways = ["holds", "waits", "fails", "takes", "tries", "before", "after", "own"] as const;

type Params = { readonly way: ChoiceParam<(typeof ways)[number]> };
type Way = { readonly way: string };

/** Waits until the other task has said that it is at `turn`. */
function* until(root: Addr, turn: number): Step<void> {
  for (let turns = 0; (yield* load(root + TURN)) < turn; turns++) yield* cpuRelax(turns);
}

function* free(root: Addr, { way }: Way): Step<void> {
  const lock = root + LOCK;
  yield* until(root, 1);
  if (way === "waits" || way === "fails" || way === "own") yield* wwMutexLock(lock, 0);
  yield* openWindow(lock, root);
  if (way === "own") {
    yield* wwMutexUnlock(lock);
    yield* wwMutexTrylock(lock, 0);
  }
  if (way === "after") yield* closeWindow(lock);
  yield* store(root + TURN, 2);
  if (way === "waits") yield* untilItWaits(lock);
  if (way === "waits" || way === "own") yield* wwMutexUnlock(lock);
  yield* until(root, 3);
  if (way !== "after") yield* closeWindow(lock);
  if (way === "fails") yield* wwMutexUnlock(lock);
}

function* untilItWaits(lock: Addr): Step<void> {
  const waitsFor = taskBlock(OTHER) + TASK.WAITS_FOR;
  for (let turns = 0; (yield* load(waitsFor)) !== lock; turns++) yield* cpuRelax(turns);
}

function* other(root: Addr, { way }: Way): Step<void> {
  const lock = root + LOCK;
  if (way === "holds" || way === "before") yield* wwMutexLock(lock, 0);
  if (way === "before") yield* wwMutexUnlock(lock);
  yield* store(root + TURN, 1);
  yield* until(root, 2);
  if (way === "waits" || way === "takes" || way === "after") yield* wwMutexLock(lock, 0);
  if ((way === "fails" || way === "tries") && (yield* wwMutexTrylock(lock, 0)) !== (way === "tries"))
    report("invariant", lock, peek(lock));
  if (way !== "fails" && way !== "before" && way !== "own") yield* wwMutexUnlock(lock);
  yield* store(root + TURN, 3);
}

const definition: Scenario<Params> = scenario({
  name: "test/window",
  claim: "the monitor counts what is in the window, once, and nothing else",
  source: "test/workers/monitor.test.ts",
  params: { way: choice(ways, "holds", "what the other task does") },
  expect: "holds",
  mutants: {},
  modes: ["batch"],
  worldWords: () => 64,
  *setup(heap) {
    const root = yield* allocate(heap, World);
    yield* wwClassInit(root + World.at.wwClass, "wound-wait");
    yield* wwMutexInit(root + LOCK, root + World.at.wwClass);
    yield* write(root + TURN, 0);
    return root;
  },
  tasks: () => [
    { name: "freer", run: free },
    { name: "other", run: other },
  ],
  *check(root) {
    const owner = yield* load(root + LOCK);
    if (owner !== 0) report("leak", root, owner);
  },
});

export default definition;
