import { type Addr, peek, type Step, write } from "#shared/atomic/index";
import { Device } from "#shared/drm/device";
import { DrmExec, drmExecFini, drmExecInit, drmExecLockAll } from "#shared/drm/exec";
import { gemPut } from "#shared/drm/gem";
import { shmemCreate } from "#shared/drm/gem-object";
import { allocate, allocateWords } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { countFor, STAT } from "#shared/stats";
import { currentTask } from "#shared/task";
import { report } from "#shared/violation";
import { type Scenario, scenario } from "../define.ts";
import { type ChoiceParam, choice } from "../params.ts";
import { checkAllFreed, shmemDevice } from "./world.ts";

/** Root of a world: the device, and per task an exec, a table of what it locks, and room for what it has locked. */
const ExecWorld: Layout<"device" | "execs" | "wanted" | "tables"> = struct("exec_world", {
  device: "plain",
  execs: "plain",
  wanted: "plain",
  tables: "plain",
});

const { device: DEVICE, execs: EXECS, wanted: WANTED, tables: TABLES } = ExecWorld.at;
const OBJECTS = 2;

/** A job of two objects, which others keep alive: locks them in its own order, and lets go. */
function* submit(root: Addr): Step<void> {
  const device = peek(root + DEVICE);
  const exec = peek(peek(root + EXECS) + currentTask());
  const wanted = peek(root + WANTED) + currentTask() * OBJECTS;
  countFor(STAT.OPS, 1);
  yield* drmExecInit(exec, peek(root + TABLES) + currentTask() * OBJECTS, device + Device.at.resvClass);
  const error = yield* drmExecLockAll(exec, device + Device.at.pool, wanted, OBJECTS);
  if (error !== 0) report("invariant", exec, error);
  yield* drmExecFini(exec);
}

type Params = {
  readonly algorithm: ChoiceParam<"wait-die" | "wound-wait">;
};

const definition: Scenario<Params> = scenario({
  name: "shmem/exec-vs-exec",
  claim: "two jobs that lock the same objects in opposite orders both get them and leave nothing behind",
  source: "drivers/gpu/drm/drm_exec.c; tests/drm_exec_test.c",
  params: {
    algorithm: choice(["wait-die", "wound-wait"], "wait-die", "who backs off"),
  },
  expect: "holds",
  variants: [{ algorithm: "wait-die" }, { algorithm: "wound-wait" }],
  mutants: {},
  modes: ["batch"],
  worldWords: () => 620,
  *setup(heap, { algorithm }) {
    const root = yield* allocate(heap, ExecWorld);
    const device = yield* shmemDevice(heap, {
      design: "lock",
      mutant: "none",
      algorithm,
      pages: 4,
      low: 0,
      high: 0,
      handles: 1,
    });
    yield* write(root + DEVICE, device);
    const execs = yield* allocateWords(heap, 0, 2);
    const wanted = yield* allocateWords(heap, 0, 2 * OBJECTS);
    yield* write(root + TABLES, yield* allocateWords(heap, 0, 2 * OBJECTS));
    for (let task = 0; task < 2; task++) yield* write(execs + task, yield* allocate(heap, DrmExec));
    for (let index = 0; index < OBJECTS; index++) {
      const object = yield* shmemCreate(device, 1);
      yield* write(wanted + index, object);
      yield* write(wanted + OBJECTS + (OBJECTS - 1 - index), object);
    }
    yield* write(root + EXECS, execs);
    yield* write(root + WANTED, wanted);
    return root;
  },
  tasks: () => [
    { name: "submit-0", run: submit },
    { name: "submit-1", run: submit },
  ],
  *check(root, _params, heap) {
    for (let index = 0; index < OBJECTS; index++) yield* gemPut(peek(peek(root + WANTED) + index));
    // Root, device and handle table, three tables, two execs.
    yield* checkAllFreed(peek(root + DEVICE), heap, 8);
  },
});

export default definition;
