import { allocate } from "#shared/memory/object";
import { downRead, downWrite, Rwsem, upRead, upWrite } from "#shared/sync/rwsem";
import type { Scenario } from "../define.ts";
import { int } from "../params.ts";
import { torture } from "./torture.ts";

const definition: Scenario = torture({
  name: "rwsem",
  type: "rwsem_lock",
  claim: "of all tasks that take a read-write semaphore, for long, a writer is in alone",
  more: { readers: int(0, 32, 2, "tasks that take it to read (locktorture: as many as writers)") },
  busted: ["invariant", "data-race"],
  words: () => Rwsem.size + 8,
  offsets: [Rwsem.at.count],
  writeHold: { long: 10, usual: 0, short: false },
  readHold: { long: 2, usual: 0.5, short: false },
  *layOut(heap) {
    return yield* allocate(heap, Rwsem);
  },
  *writeLock(sem) {
    yield* downWrite(sem);
  },
  *writeUnlock(sem) {
    yield* upWrite(sem);
  },
  *readLock(sem) {
    yield* downRead(sem);
  },
  *readUnlock(sem) {
    yield* upRead(sem);
  },
});

export default definition;
