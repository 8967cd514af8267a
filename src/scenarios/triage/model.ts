import { type Addr, peek, type Step, write } from "#shared/atomic/index";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { krefGetUnlessZero, krefInit, krefPut } from "#shared/sync/kref";
import { Mutex, mutexLock, mutexTrylock, mutexUnlock } from "#shared/sync/mutex";
import { downRead, downWrite, Rwsem, upRead, upWrite } from "#shared/sync/rwsem";
import { Spinlock, spinLock, spinTrylock, spinUnlock } from "#shared/sync/spinlock";
import { type Scenario, scenario } from "../define.ts";

/** A lock of a model. A ww-mutex that is taken without a context is a mutex. */
export interface ModelLock {
  readonly name: string;
  readonly type: "mutex" | "rwsem" | "spinlock";
}

/** What a task of a model does, in order. `lock` and `object` are numbers of the model's. */
export type ModelStep =
  | { readonly op: "lock"; readonly lock: number; readonly how: "write" | "read" }
  | { readonly op: "try"; readonly lock: number; readonly inner: readonly ModelStep[] }
  | { readonly op: "unlock"; readonly lock: number; readonly how: "write" | "read" }
  /** A weak lookup: what follows happens only if a reference was got. */
  | { readonly op: "get-unless-zero"; readonly object: number; readonly inner: readonly ModelStep[] }
  /** Drops a reference; the last one frees. */
  | { readonly op: "put"; readonly object: number; readonly free: readonly ModelStep[] };

/** A task of a model. */
export interface ModelTask {
  readonly name: string;
  readonly steps: readonly ModelStep[];
}

/** Tasks that take locks in the order of a report. */
export interface Model {
  readonly name: string;
  readonly locks: readonly ModelLock[];
  /** Objects, each with this many references at first. */
  readonly objects: readonly number[];
  readonly tasks: readonly ModelTask[];
}

const layouts: Readonly<Record<ModelLock["type"], Layout<string>>> = {
  mutex: Mutex,
  rwsem: Rwsem,
  spinlock: Spinlock,
};

/** Root of a model's world: addresses of its locks and of its objects' counts. */
const ModelWorld: Layout<string> = struct(
  "model_world",
  Object.fromEntries(
    Array.from({ length: 16 }, (_, index) => [
      [`lock${index}`, "plain"],
      [`object${index}`, "plain"],
    ]).flat() as never,
  ) as Record<string, "plain">,
);
const MOST = 16;

const ModelObject: Layout<"refcount"> = struct("model_object", { refcount: "atomic" });

const lockAt = (root: Addr, index: number): Addr => peek(root + index);
const objectAt = (root: Addr, index: number): Addr => peek(root + MOST + index);

function* take(root: Addr, model: Model, lock: number, how: "write" | "read"): Step<void> {
  const at = lockAt(root, lock);
  const type = model.locks[lock]?.type;
  if (type === "spinlock") yield* spinLock(at);
  else if (type === "mutex") yield* mutexLock(at);
  else if (how === "read") yield* downRead(at);
  else yield* downWrite(at);
}

function* release(root: Addr, model: Model, lock: number, how: "write" | "read"): Step<void> {
  const at = lockAt(root, lock);
  const type = model.locks[lock]?.type;
  if (type === "spinlock") yield* spinUnlock(at);
  else if (type === "mutex") yield* mutexUnlock(at);
  else if (how === "read") yield* upRead(at);
  else yield* upWrite(at);
}

function* tries(root: Addr, model: Model, lock: number): Step<boolean> {
  const at = lockAt(root, lock);
  if (model.locks[lock]?.type === "spinlock") return yield* spinTrylock(at);
  return yield* mutexTrylock(at);
}

function* run(root: Addr, model: Model, steps: readonly ModelStep[]): Step<void> {
  for (const step of steps) {
    switch (step.op) {
      case "lock":
        yield* take(root, model, step.lock, step.how);
        break;
      case "unlock":
        yield* release(root, model, step.lock, step.how);
        break;
      case "try":
        if (yield* tries(root, model, step.lock)) yield* run(root, model, step.inner);
        break;
      case "get-unless-zero":
        if (yield* krefGetUnlessZero(objectAt(root, step.object))) yield* run(root, model, step.inner);
        break;
      default:
        if (yield* krefPut(objectAt(root, step.object))) yield* run(root, model, step.free);
    }
  }
}

/** A model as a scenario, for the explorer. */
export function modelScenario(model: Model): Scenario {
  return scenario({
    name: model.name,
    claim: "these paths do not wait for each other for ever",
    source: "a kernel log",
    params: {},
    expect: "holds",
    mutants: {},
    modes: ["batch"],
    worldWords: () => 1024,
    *setup(heap) {
      const root = yield* allocate(heap, ModelWorld);
      for (const [index, lock] of model.locks.entries())
        yield* write(root + index, yield* allocate(heap, layouts[lock.type]));
      for (const [index, references] of model.objects.entries()) {
        const object = yield* allocate(heap, ModelObject);
        yield* krefInit(object);
        yield* write(object, references);
        yield* write(root + MOST + index, object);
      }
      return root;
    },
    tasks: () =>
      model.tasks.map(({ name, steps }) => ({
        name,
        *run(root: Addr): Step<void> {
          yield* run(root, model, steps);
        },
      })),
    *check() {},
  }) as unknown as Scenario;
}
