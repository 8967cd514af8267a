import { type Addr, peek, type Step, write } from "#shared/atomic/index";
import { allocate } from "#shared/memory/object";
import type { ViolationKind } from "#shared/violation";
import { type Mode, type Scenario, scenario, type TaskSpec } from "../define.ts";
import { int, type Param, type Params, type ParamValues } from "../params.ts";
import { type LockOps, readerRound, type Torment, writerRound } from "./tasks.ts";
import { checkLeft, TortureWorld, worldBase } from "./world.ts";

type Values = ParamValues<Params>;

/** A lock to torture. */
export interface LockTorture extends LockOps {
  /** After `torture/`. */
  readonly name: string;
  /** locktorture's name for it, its `torture_type`. */
  readonly type: string;
  readonly claim: string;
  /** Parameters that only this kind of lock has. */
  readonly more: Params;
  /** Kinds that a lock that is not taken is caught as. */
  readonly busted: readonly ViolationKind[];
  /** Words that the locks need for so many tasks. */
  readonly words: (tasks: number) => number;
  /** Lays the locks out. */
  readonly layOut: (heap: Addr, tasks: number) => Step<Addr>;
  /** Where each lock's first word is: 0 while it is free. */
  readonly offsets: readonly number[];
}

/** Parameters that all tortures have. @kernel kernel/locking/locktorture.c: torture_param() */
export const commonParams: Readonly<Record<"stutter" | "long_hold", Param>> = {
  stutter: int(0, 60, 5, "seconds to run, then seconds to pause; 0: no pause"),
  long_hold: int(0, 10_000, 100, "milliseconds of a long hold, one in tasks*2000*long_hold; 0: none"),
};

/** The value of a whole-number parameter, or 0 where the scenario has none of that name. */
export function intOf(values: Values, name: string): number {
  const value = values[name];
  return typeof value === "number" ? value : 0;
}

function tormentOf(values: Values, mode: Mode): Torment {
  return {
    soak: mode === "soak",
    writers: intOf(values, "writers"),
    readers: intOf(values, "readers"),
    nested: intOf(values, "nested_locks"),
    longHold: intOf(values, "long_hold"),
    stutter: intOf(values, "stutter"),
    busted: values.mutant === "lock-busted",
  };
}

const tasksOf = (values: Values): number => intOf(values, "writers") + intOf(values, "readers");

/**
 * A kind of lock as a scenario: threads that do nothing but take it, and look whether somebody else is in. In a small
 * world each of them takes it once, without pauses and holds. @kernel kernel/locking/locktorture.c
 */
export function torture(lock: LockTorture): Scenario {
  const hasReaders = lock.readLock !== undefined;
  return scenario<Params>({
    name: `torture/${lock.name}`,
    claim: lock.claim,
    source: `kernel/locking/locktorture.c: torture_type=${lock.type}`,
    params: {
      writers: int(hasReaders ? 0 : 1, 32, 2, "tasks that take it to write (locktorture: two a CPU)"),
      ...lock.more,
      ...commonParams,
      mutant: {
        type: "choice",
        values: ["none", "lock-busted"],
        default: "none",
        about: "the lock is not taken: this has to be caught",
      },
    },
    expect: "holds",
    mutants: { "lock-busted": lock.busted },
    modes: ["soak", "batch"],
    torture: (values) => ({
      type: lock.type,
      writers: intOf(values, "writers"),
      readers: hasReaders ? intOf(values, "readers") : null,
      parameters: {
        nwriters_stress: intOf(values, "writers"),
        nreaders_stress: intOf(values, "readers"),
        long_hold: intOf(values, "long_hold"),
        nested_locks: intOf(values, "nested_locks"),
        stutter: intOf(values, "stutter"),
      },
    }),
    worldWords: (values, mode) => worldBase(mode) + lock.words(tasksOf(values)),
    *setup(heap, values) {
      const root = yield* allocate(heap, TortureWorld);
      yield* write(root + TortureWorld.at.locks, yield* lock.layOut(heap, tasksOf(values)));
      return root;
    },
    tasks: (values, mode) => {
      const torment = tormentOf(values, mode);
      function* writes(root: Addr): Step<void> {
        yield* writerRound(root, lock, torment);
      }
      function* reads(root: Addr): Step<void> {
        yield* readerRound(root, lock, torment);
      }
      const tasks: TaskSpec<Params>[] = [];
      for (let task = 1; task <= torment.writers; task++) tasks.push({ name: `writer-${task}`, run: writes });
      for (let task = 1; task <= torment.readers; task++) tasks.push({ name: `reader-${task}`, run: reads });
      return tasks;
    },
    *check(root) {
      yield* checkLeft(root, peek(root + TortureWorld.at.locks), lock.offsets);
    },
  });
}
