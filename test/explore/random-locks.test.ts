import fc from "fast-check";
import { expect, test } from "vitest";
import { type Scenario, scenario } from "#scenarios/define";
import { type Addr, load, peek, type Step, store } from "#shared/atomic/index";
import { allocateWords, free } from "#shared/memory/object";
import { krefGet, krefGetUnlessZero, krefPut } from "#shared/sync/kref";
import { mutexLock, mutexTrylock, mutexUnlock } from "#shared/sync/mutex";
import { refcountSet } from "#shared/sync/refcount";
import { downRead, downWrite, upRead, upWrite } from "#shared/sync/rwsem";
import { spinLock, spinTrylock, spinUnlock } from "#shared/sync/spinlock";
import { WwClass, wwClassInit } from "#shared/sync/ww-context";
import { wwMutexInit, wwMutexLock, wwMutexTrylock, wwMutexUnlock } from "#shared/sync/ww-mutex";
import { currentTask } from "#shared/task";
import { met } from "./kinds.ts";

// Programs of whole lock and refcount operations, with right and wrong uses, on an object that any of them may free:
// at granularity `lock` too, a search of every trace has to have all that every interleaving has.

// Where in the object.
const MUTEX = 0;
const SPIN = 8;
const COUNT = 9;
const SEM = 10;
const WW = 24;
const WORDS = 48;

type Op = (object: Addr, root: Addr) => Step<unknown>;

const plainOps: Readonly<Record<string, Op>> = {
  mutexLock: (object) => mutexLock(object + MUTEX),
  mutexTrylock: (object) => mutexTrylock(object + MUTEX),
  mutexUnlock: (object) => mutexUnlock(object + MUTEX),
  spinLock: (object) => spinLock(object + SPIN),
  spinTrylock: (object) => spinTrylock(object + SPIN),
  spinUnlock: (object) => spinUnlock(object + SPIN),
  krefGet: (object) => krefGet(object + COUNT),
  krefGetUnlessZero: (object) => krefGetUnlessZero(object + COUNT),
  krefPut: (object) => krefPut(object + COUNT),
  downRead: (object) => downRead(object + SEM),
  upRead: (object) => upRead(object + SEM),
  downWrite: (object) => downWrite(object + SEM),
  upWrite: (object) => upWrite(object + SEM),
  free: (object, root) => free(peek(root), object),
  raise: (_, root) => store(root + 1, 1),
  look: (_, root) => load(root + 1),
};
const wwOps: Readonly<Record<string, Op>> = {
  wwMutexLock: (object) => wwMutexLock(object + WW, 0),
  wwMutexTrylock: (object) => wwMutexTrylock(object + WW, 0),
  wwMutexUnlock: (object) => wwMutexUnlock(object + WW),
};
const ops = { ...plainOps, ...wwOps };

function programOf(tasks: readonly (readonly string[])[]): Scenario {
  function* run(root: Addr): Step<void> {
    for (const name of tasks[currentTask()] ?? []) yield* (ops[name] as Op)(peek(root + 2), root);
  }
  return scenario({
    name: "test/locks",
    claim: "",
    source: "",
    params: {},
    expect: "holds",
    mutants: {},
    modes: ["batch"],
    worldWords: () => 256,
    *setup(heap) {
      const root = yield* allocateWords(heap, 0, 3 + WwClass.size);
      const object = yield* allocateWords(heap, 0, WORDS);
      yield* store(root, heap);
      yield* store(root + 2, object);
      yield* refcountSet(object + COUNT, 1);
      yield* wwClassInit(root + 3, "wound-wait");
      yield* wwMutexInit(object + WW, root + 3);
      return root;
    },
    tasks: () => tasks.map((_, index) => ({ name: `t${index}`, run })),
    *check() {},
  }) as unknown as Scenario;
}

/** Fails if a search of every trace misses a kind of violation that some interleaving has. */
function compare(names: readonly string[], numRuns: number): void {
  const task = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(task, { minLength: 2, maxLength: 3 }), (tasks) => {
      const definition = programOf(tasks);
      const everything = met({ definition, granularity: "lock", strategy: "dfs", executions: 40_000 });
      fc.pre(everything.exhaustive);
      const traces = met({ definition, granularity: "lock" });
      expect(traces.kinds).toEqual(everything.kinds);
      expect(traces.blocked).toBe(0);
    }),
    { numRuns, seed: 4 },
  );
}

test("of random programs of lock and refcount operations on an object that may be freed", () => {
  compare(Object.keys(plainOps), 400);
}, 120_000);

test("the same with a ww-mutex in the object", () => {
  compare(["free", "raise", "look", ...Object.keys(wwOps)], 400);
}, 120_000);
