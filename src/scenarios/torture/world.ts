import { type Addr, peek, read, type Step } from "#shared/atomic/index";
import { type Layout, struct } from "#shared/memory/struct";
import { countFor, STAT } from "#shared/stats";
import { report } from "#shared/violation";
import type { Mode } from "../define.ts";

/** Root of a torture world. The flags say who is in; nothing guards them but the lock that is tortured. */
export const TortureWorld: Layout<"locks" | "writeHeld" | "readHeld" | "paused" | "since"> = struct(
  "torture_world",
  {
    /** The locks, as each kind lays them out. */
    locks: "plain",
    /** The writer's task id plus 1, or 0. @kernel kernel/locking/locktorture.c: lock_is_write_held */
    writeHeld: "plain",
    /** How many readers are in. @kernel kernel/locking/locktorture.c: lock_is_read_held */
    readHeld: "atomic",
    /** 1 in a pause of all tasks. */
    paused: "plain",
    /** When the first task began the pause, or the stretch between two, by its own clock. */
    since: "plain",
  },
);

const { writeHeld: WRITE_HELD, readHeld: READ_HELD } = TortureWorld.at;

/** Words of a world besides its locks. One with a long life keeps tables of freed memory, though nothing is freed here. */
export function worldBase(mode: Mode): number {
  return mode === "soak" ? 512 : 64;
}

/** Counts a failure of the lock and reports it: `value` was found in `word`, `other` is a task id plus 1 or 0. */
export function fail(word: Addr, value: number, other: number): void {
  countFor(STAT.FAILS, 1);
  report("invariant", word, value, other);
}

/** Nobody is in any more, and the locks whose first words are at `offsets` are free. */
export function* checkLeft(root: Addr, locks: Addr, offsets: readonly number[]): Step<void> {
  const writer = yield* read(root + WRITE_HELD);
  if (writer !== 0) report("invariant", root + WRITE_HELD, writer, writer);
  const readers = peek(root + READ_HELD);
  if (readers !== 0) report("invariant", root + READ_HELD, readers);
  for (const offset of offsets) {
    if (peek(locks + offset) !== 0) report("leak", locks + offset, peek(locks + offset));
  }
}
