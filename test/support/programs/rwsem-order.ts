import { type Addr, add, peek, type Step, store } from "#shared/atomic/index";
import { allocateWords } from "#shared/memory/object";
import {
  downgradeWrite,
  downRead,
  downReadTrylock,
  downWrite,
  downWriteTrylock,
  Rwsem,
  upRead,
  upWrite,
} from "#shared/sync/rwsem";
import type { Program } from "../program.ts";
import { append, entries, must, mustRest, until, untilAsleep } from "./helpers.ts";

/** What the tasks act out. */
export type Play =
  | "a queued writer goes before later readers"
  | "readers of a phase go in together"
  | "downgrade lets queued readers in"
  | "downgrade lets no reader past a writer"
  | "reading twice around a writer";

type Params = { tasks: number; play: Play };

const STAGE = 0;
const INSIDE = 1;
const LOG = 2;
const SEM = 12;

/** Who goes before whom. Each task's result is the list of who had the lock, as far as it knows. */
const rwsemOrder: Program<Params> = {
  name: "rwsem-order",

  *setup(heap) {
    return yield* allocateWords(heap, 1, SEM + Rwsem.size);
  },

  *task(root, task, params) {
    switch (params.play) {
      case "a queued writer goes before later readers":
        yield* writerFirst(root, task);
        break;
      case "readers of a phase go in together":
        yield* phase(root, task);
        break;
      case "downgrade lets queued readers in":
        yield* downgradeToReaders(root, task);
        break;
      case "downgrade lets no reader past a writer":
        yield* downgradeBeforeWriter(root, task);
        break;
      case "reading twice around a writer":
        yield* readTwice(root, task);
        break;
    }
    return task;
  },

  *check(root) {
    yield* until(root + STAGE, 0);
    mustRest(root + SEM, Rwsem.size, "rwsem");
  },
};

export default rwsemOrder;

/** Who had the lock, in order. */
export function whoWent(root: Addr): number[] {
  return entries(root + LOG);
}

function* writerFirst(root: Addr, task: number): Step<void> {
  const sem = root + SEM;
  if (task === 0) {
    yield* downRead(sem);
    yield* store(root + STAGE, 1);
    yield* untilAsleep(1);
    yield* untilAsleep(2);
    yield* append(root + LOG, 0);
    return yield* upRead(sem);
  }
  yield* until(root + STAGE, 1);
  if (task === 1) {
    yield* downWrite(sem);
    yield* append(root + LOG, 1);
    return yield* upWrite(sem);
  }
  yield* untilAsleep(1);
  must(!(yield* downReadTrylock(sem)), "a reader barged past a queued writer");
  must(!(yield* downWriteTrylock(sem)), "a writer got in beside a reader");
  yield* downRead(sem);
  yield* append(root + LOG, 2);
  yield* upRead(sem);
}

function* phase(root: Addr, task: number): Step<void> {
  const sem = root + SEM;
  if (task === 0) {
    yield* downWrite(sem);
    yield* store(root + STAGE, 1);
    for (let other = 1; other <= 3; other++) yield* untilAsleep(other);
    yield* append(root + LOG, 0);
    return yield* upWrite(sem);
  }
  yield* until(root + STAGE, 1);
  if (task > 1) yield* untilAsleep(task - 1);
  if (task === 2) {
    yield* downWrite(sem);
    yield* append(root + LOG, 2);
    return yield* upWrite(sem);
  }
  yield* downRead(sem);
  yield* append(root + LOG, task);
  yield* add(root + INSIDE, 1);
  // The reader behind the writer is let in while the one in front is still inside.
  yield* until(root + INSIDE, 2);
  yield* upRead(sem);
}

function* downgradeToReaders(root: Addr, task: number): Step<void> {
  const sem = root + SEM;
  if (task === 0) {
    yield* downWrite(sem);
    yield* store(root + STAGE, 1);
    for (let other = 1; other <= 3; other++) yield* untilAsleep(other);
    yield* downgradeWrite(sem);
    yield* until(root + INSIDE, 2);
    must(!(yield* downWriteTrylock(sem)), "a writer got in beside readers");
    yield* append(root + LOG, 0);
    return yield* upRead(sem);
  }
  yield* until(root + STAGE, 1);
  if (task === 3) {
    yield* untilAsleep(1);
    yield* untilAsleep(2);
    yield* downWrite(sem);
    yield* append(root + LOG, 3);
    return yield* upWrite(sem);
  }
  yield* downRead(sem);
  yield* add(root + INSIDE, 1);
  yield* upRead(sem);
}

function* downgradeBeforeWriter(root: Addr, task: number): Step<void> {
  const sem = root + SEM;
  if (task === 0) {
    yield* downWrite(sem);
    yield* store(root + STAGE, 1);
    yield* untilAsleep(1);
    yield* untilAsleep(2);
    yield* downgradeWrite(sem);
    yield* append(root + LOG, 0);
    return yield* upRead(sem);
  }
  yield* until(root + STAGE, 1);
  if (task === 1) {
    yield* downWrite(sem);
    yield* append(root + LOG, 1);
    return yield* upWrite(sem);
  }
  yield* untilAsleep(1);
  yield* downRead(sem);
  yield* append(root + LOG, 2);
  yield* upRead(sem);
}

function* readTwice(root: Addr, task: number): Step<void> {
  const sem = root + SEM;
  if (task === 0) {
    yield* downRead(sem);
    yield* store(root + STAGE, 1);
    yield* untilAsleep(1);
    yield* downRead(sem);
    yield* upRead(sem);
    return yield* upRead(sem);
  }
  yield* until(root + STAGE, 1);
  yield* downWrite(sem);
  yield* upWrite(sem);
  must(peek(root + STAGE) === 1, "nobody read");
}
