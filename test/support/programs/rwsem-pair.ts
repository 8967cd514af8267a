import { type Addr, add, load, read, type Step, write } from "#shared/atomic/index";
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
import { must, mustRest } from "./helpers.ts";

type Params = { tasks: number; rounds: number; writers: number };

const READERS = 0;
const WRITERS = 1;
const LEFT = 2;
const RIGHT = 3;
const WRITES = 4;
const SEM = 5;

/** Writers keep two words equal; readers never see them differ, and never meet a writer. `writers` of 4 rounds write. */
const rwsemPair: Program<Params> = {
  name: "rwsem-pair",

  *setup(heap) {
    return yield* allocateWords(heap, 1, SEM + Rwsem.size);
  },

  *task(root, task, params) {
    for (let round = 0; round < params.rounds; round++) {
      const turn = task + round;
      if (turn % 4 < params.writers) yield* writes(root, turn % 3);
      else yield* reads(root, turn % 3 === 0);
    }
  },

  *check(root) {
    const left = yield* read(root + LEFT);
    must(left === (yield* read(root + RIGHT)), "the pair differs");
    must(left === (yield* load(root + WRITES)), "a write was lost");
    mustRest(root + SEM, Rwsem.size, "rwsem");
  },
};

export default rwsemPair;

function* writes(root: Addr, way: number): Step<void> {
  const sem = root + SEM;
  if (way !== 0 || !(yield* downWriteTrylock(sem))) yield* downWrite(sem);
  must((yield* add(root + WRITERS, 1)) === 0, "two writers inside");
  must((yield* load(root + READERS)) === 0, "a writer inside with readers");
  yield* write(root + LEFT, (yield* read(root + LEFT)) + 1);
  yield* write(root + RIGHT, (yield* read(root + RIGHT)) + 1);
  yield* add(root + WRITES, 1);
  must((yield* add(root + WRITERS, -1)) === 1, "two writers were inside");
  if (way === 1) return yield* upWrite(sem);
  yield* downgradeWrite(sem);
  yield* look(root);
  yield* upRead(sem);
}

function* reads(root: Addr, tries: boolean): Step<void> {
  const sem = root + SEM;
  if (!tries || !(yield* downReadTrylock(sem))) yield* downRead(sem);
  yield* look(root);
  yield* upRead(sem);
}

function* look(root: Addr): Step<void> {
  yield* add(root + READERS, 1);
  must((yield* load(root + WRITERS)) === 0, "a reader inside with a writer");
  must((yield* read(root + LEFT)) === (yield* read(root + RIGHT)), "a reader saw half a write");
  yield* add(root + READERS, -1);
}
