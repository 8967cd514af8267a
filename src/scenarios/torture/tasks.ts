import { type Addr, add, choose, load, peek, read, type Step, write } from "#shared/atomic/index";
import { countFor, STAT } from "#shared/stats";
import { currentTask } from "#shared/task";
import { type HoldRule, hold, sleepRarely, stutterWait, type Timing } from "./delays.ts";
import { fail, TortureWorld } from "./world.ts";

/** A kind of lock: how it is taken and for how long. @kernel kernel/locking/locktorture.c: struct lock_torture_ops */
export interface LockOps {
  readonly writeLock: (locks: Addr) => Step<void>;
  readonly writeUnlock: (locks: Addr) => Step<void>;
  readonly writeHold: HoldRule;
  readonly readLock?: (locks: Addr) => Step<void>;
  readonly readUnlock?: (locks: Addr) => Step<void>;
  readonly readHold?: HoldRule;
  /** `set` has a bit for each of the nested locks that are taken, before the lock itself. */
  readonly nestedLock?: (locks: Addr, set: number) => Step<void>;
  readonly nestedUnlock?: (locks: Addr, set: number) => Step<void>;
}

/** The parameters of a run, as the tasks need them. */
export interface Torment extends Timing {
  readonly writers: number;
  readonly readers: number;
  readonly nested: number;
  /** The lock is not taken. */
  readonly busted: boolean;
}

const { locks: LOCKS, writeHeld: WRITE_HELD, readHeld: READ_HELD } = TortureWorld.at;

/** One round of a writer. @kernel kernel/locking/locktorture.c: lock_torture_writer() */
export function* writerRound(root: Addr, ops: LockOps, torment: Torment): Step<void> {
  if (yield* stutterWait(root, torment)) return;
  yield* sleepRarely(torment);
  const locks = peek(root + LOCKS);
  if (torment.busted) {
    yield* writeSection(root, ops, torment);
    return;
  }
  const set = yield* nestedSet(torment);
  // Without the main lock now and then: else it would serialize the chains of the nested ones.
  const skip = torment.soak && torment.nested > 0 && (yield* choose(100)) === 0;
  if (ops.nestedLock !== undefined) yield* ops.nestedLock(locks, set);
  if (!skip) {
    yield* ops.writeLock(locks);
    yield* writeSection(root, ops, torment);
    yield* ops.writeUnlock(locks);
  }
  if (ops.nestedUnlock !== undefined) yield* ops.nestedUnlock(locks, set);
}

function* nestedSet({ soak, nested }: Torment): Step<number> {
  if (nested === 0) return 0;
  const all = (1 << nested) - 1;
  return soak ? yield* choose(all + 1) : all;
}

function* writeSection(root: Addr, ops: LockOps, torment: Torment): Step<void> {
  const writer = yield* read(root + WRITE_HELD);
  if (writer !== 0) fail(root + WRITE_HELD, writer, writer);
  yield* write(root + WRITE_HELD, currentTask() + 1);
  const readers = yield* load(root + READ_HELD);
  if (readers !== 0) fail(root + READ_HELD, readers, 0);
  countFor(STAT.OPS, 1);
  yield* hold(ops.writeHold, torment.writers, torment);
  yield* write(root + WRITE_HELD, 0);
}

/** One round of a reader. @kernel kernel/locking/locktorture.c: lock_torture_reader() */
export function* readerRound(root: Addr, ops: LockOps, torment: Torment): Step<void> {
  if (yield* stutterWait(root, torment)) return;
  yield* sleepRarely(torment);
  const locks = peek(root + LOCKS);
  if (!torment.busted && ops.readLock !== undefined) yield* ops.readLock(locks);
  yield* add(root + READ_HELD, 1);
  const writer = yield* read(root + WRITE_HELD);
  if (writer !== 0) fail(root + WRITE_HELD, writer, writer);
  countFor(STAT.OPS, 1);
  if (ops.readHold !== undefined) yield* hold(ops.readHold, torment.readers, torment);
  yield* add(root + READ_HELD, -1);
  if (!torment.busted && ops.readUnlock !== undefined) yield* ops.readUnlock(locks);
}
