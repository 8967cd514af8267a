import type { RunRecord, RunTask, RunViolation } from "../../src/record/run-record.ts";

/** A task's row, from a few numbers. */
export function taskRow(name: string, counts: Partial<Omit<RunTask, "name">> = {}): RunTask {
  return {
    name,
    worlds: 0,
    ops: 0,
    frees: 0,
    contendedFrees: 0,
    overlap: 0,
    lockWaits: 0,
    trylockFailed: 0,
    backoffs: 0,
    reclaims: 0,
    pagesReclaimed: 0,
    deferred: 0,
    ...counts,
  };
}

/** A violation, from the facts that matter. */
export function violation(
  facts: Partial<RunViolation> & Pick<RunViolation, "kind" | "message">,
): RunViolation {
  return {
    task: null,
    other: null,
    world: 0,
    object: null,
    value: 0,
    waits: [],
    held: [],
    events: [],
    ...facts,
  };
}

/** A race of free against shrinker that held. */
export const holds: RunRecord = {
  format: "refzero-run",
  version: 1,
  scenario: "shmem/free-vs-shrinker",
  claim: "no task holds, waits for or tries the lock of an object whose refcount is zero",
  engine: "race",
  params: { design: "helper", mutant: "none", tasks: 2 },
  mode: "batch",
  expect: "holds",
  verdict: "holds",
  interrupted: false,
  seed: "5f3a91c2",
  seconds: 5.012,
  cpus: 2,
  worldsPerBatch: 1024,
  arenaBytes: 1_234_944,
  worlds: 892_312,
  ops: 1_784_624,
  frees: 892_312,
  contendedFrees: 0,
  overlap: 212_406,
  backoffs: 0,
  reclaims: 0,
  nsPerFree: 412,
  violationCount: 0,
  lockdep: null,
  violations: [],
  tasks: [
    taskRow("ioctl-close", { worlds: 892_312, ops: 892_312, frees: 493_768, overlap: 211_990 }),
    taskRow("shrinker", {
      worlds: 892_313,
      ops: 892_312,
      frees: 398_544,
      overlap: 416,
      trylockFailed: 31_207,
    }),
  ],
  schedule: null,
  command: "refzero race shmem/free-vs-shrinker -p design=helper --seconds 5 --seed 5f3a91c2",
};

const deadlock = violation({
  kind: "deadlock",
  message: "tasks wait for each other in a cycle",
  task: "a-then-b",
  other: "b-then-a",
  world: 517,
  object: "ww_mutex#2",
  waits: [
    { task: "a-then-b", waitsFor: "ww_mutex#2", heldBy: "b-then-a" },
    { task: "b-then-a", waitsFor: "ww_mutex#1", heldBy: "a-then-b" },
  ],
  events: [
    { task: "a-then-b", event: "lock", object: "ww_mutex#1", value: 0 },
    { task: "a-then-b", event: "wait", object: "ww_mutex#2", value: 1 },
    { task: "b-then-a", event: "lock", object: "ww_mutex#2", value: 0 },
    { task: "b-then-a", event: "wait", object: "ww_mutex#1", value: 1 },
  ],
});

/** A race that ended in a deadlock. */
export const deadlocked: RunRecord = {
  ...holds,
  scenario: "ww/abba",
  claim: "two tasks that take two ww-mutexes in opposite orders both finish",
  params: { algorithm: "wound-wait", mutant: "no-backoff" },
  verdict: "violated",
  seconds: 0.21,
  worlds: 15_426,
  ops: 30_853,
  frees: 0,
  overlap: 0,
  nsPerFree: null,
  violationCount: 1,
  violations: [deadlock],
  tasks: [
    taskRow("a-then-b", { worlds: 15_426, ops: 15_427, backoffs: 0 }),
    taskRow("b-then-a", { worlds: 15_426, ops: 15_426 }),
  ],
  command: "refzero race ww/abba -p mutant=no-backoff --seconds 5 --seed 5f3a91c2",
};

const contended = (world: number): RunViolation =>
  violation({
    kind: "contention-at-free",
    message: "a task holds, waits for or tries the lock of an object whose refcount is zero",
    task: "shrinker",
    other: "ioctl-close",
    world,
    object: "shmem#1",
    value: 4711,
    events: Array.from({ length: 8 }, (_, index) => ({
      task: "shrinker",
      event: index % 2 === 0 ? "lock" : "unlock",
      object: "gem_lru",
      value: index === 6 ? 1 : 0,
    })),
  });

/** A race with many reports, more than are shown. */
export const violated: RunRecord = {
  ...holds,
  params: { design: "lock", mutant: "shrinker-lock-unref", tasks: 2 },
  verdict: "violated",
  seconds: 2.31,
  worlds: 181_935,
  frees: 181_935,
  contendedFrees: 57,
  overlap: 41_022,
  violationCount: 57,
  violations: [3, 14, 15, 92].map(contended),
  tasks: [
    taskRow("ioctl-close", {
      worlds: 181_935,
      ops: 181_935,
      frees: 181_935,
      contendedFrees: 50,
      overlap: 41_022,
    }),
    taskRow("shrinker", { worlds: 181_936, ops: 181_936, contendedFrees: 7, trylockFailed: 812 }),
  ],
  command: "refzero race shmem/free-vs-shrinker -p mutant=shrinker-lock-unref --seconds 5 --seed 5f3a91c2",
};

/** A worker that died with a lock, and a wait that nobody will end. */
export const died: RunRecord = {
  ...deadlocked,
  scenario: "mine/test",
  params: {},
  worlds: 0,
  ops: 1,
  violationCount: 2,
  violations: [
    violation({
      kind: "worker-died",
      message: "a worker thread ended while its task ran: worker exited with code: 3; it held lock of mine#1",
      task: "a-then-b",
      held: ["lock of mine#1"],
    }),
    violation({
      kind: "lost-wakeup",
      message: "a task sleeps on a lock that is free, and nobody is left to wake it",
      task: "b-then-a",
      object: "b of mine#1",
      waits: [{ task: "b-then-a", waitsFor: "b of mine#1", heldBy: null }],
    }),
  ],
  command: "refzero race mine.ts --seconds 5 --seed 5f3a91c2",
};

/** A race that finished no world. */
export const inconclusive: RunRecord = {
  ...holds,
  verdict: "inconclusive",
  worlds: 0,
  frees: 0,
  overlap: 0,
  nsPerFree: null,
  tasks: [taskRow("ioctl-close"), taskRow("shrinker")],
};

/** A race that ^C ended. */
export const interrupted: RunRecord = { ...holds, interrupted: true, seconds: 1.94 };

/** One world for as long as it takes. */
export const soaked: RunRecord = {
  ...holds,
  scenario: "shmem/churn",
  params: { design: "deferred", mutant: "none", tasks: 1, objects: 8 },
  mode: "soak",
  worldsPerBatch: 1,
  worlds: 1,
  frees: 1,
  overlap: 1,
  cpus: 1,
  tasks: [taskRow("ioctl-1", { worlds: 1, ops: 1, frees: 1, overlap: 1, reclaims: 12_345_678 })],
};
