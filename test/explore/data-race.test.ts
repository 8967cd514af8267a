import { describe, expect, test } from "vitest";
import type { Scenario } from "#scenarios/define";
import {
  type Addr,
  cpuRelax,
  exchangeWhen,
  load,
  loadWhen,
  notify,
  read,
  readOnce,
  type Step,
  store,
  wait,
  write,
  writeOnce,
} from "#shared/atomic/index";
import { completeAll, waitForCompletion } from "#shared/sync/completion";
import { krefPut } from "#shared/sync/kref";
import { mutexLock, mutexUnlock } from "#shared/sync/mutex";
import { refcountSet } from "#shared/sync/refcount";
import { spinLock, spinUnlock } from "#shared/sync/spinlock";
import type { Granularity } from "../../src/explore/machine.ts";
import { met } from "./kinds.ts";
import { type Body, smallWorld } from "./small-world.ts";

// Words of a world: two that are plain, a flag, and where a lock or a refcount begins.
const DATA = 0;
const MORE = 1;
const FLAG = 2;
const LOCK = 8;

/** One after the other. */
function all(...bodies: readonly ((base: Addr) => Step<unknown>)[]): Body {
  return function* (base) {
    for (const body of bodies) yield* body(base);
  };
}

const reading = (base: Addr): Step<unknown> => read(base + DATA);
const writing = (base: Addr): Step<unknown> => write(base + DATA, 7);
const marking = (base: Addr): Step<unknown> => writeOnce(base + DATA, 7);
const raising = (base: Addr): Step<unknown> => store(base + FLAG, 1);
const awaiting = (base: Addr): Step<unknown> => loadWhen(base + FLAG, 1);
const increment: Body = function* (base) {
  yield* write(base + DATA, (yield* read(base + DATA)) + 1);
};
const locked = all(
  (base) => mutexLock(base + LOCK),
  increment,
  (base) => mutexUnlock(base + LOCK),
);
const spinLocked = all(
  (base) => spinLock(base + LOCK),
  increment,
  (base) => spinUnlock(base + LOCK),
);
const ifRaised = (look: (flag: Addr) => Step<number>): Body =>
  function* (base) {
    if ((yield* look(base + FLAG)) === 1) yield* read(base + DATA);
  };
/** Writes its own word and drops a reference; whoever drops the last one looks at the word of the other. */
const lastPut = (own: number, other: number): Body =>
  function* (base) {
    yield* write(base + own, 1);
    if (yield* krefPut(base + LOCK)) yield* read(base + other);
  };
const two = (one: Body, other: Body, setup?: Body): Scenario => smallWorld([one, other], setup);

/** A marked write, and one that waits for it: no interleaving has anything between them. */
const throughMarks = two(
  all((base) => writeOnce(base + DATA, 1)),
  all((base) => exchangeWhen(base + DATA, 1, 2), reading),
);

const racy: Readonly<Record<string, Scenario>> = {
  "two writes": two(all(writing), all(writing)),
  "a read and a write": two(all(reading), all(writing)),
  "two increments": two(increment, increment),
  "a lock that one of two forgot": two(locked, increment),
  "a marked write and a plain read": two(all(marking), all(reading)),
  "a marked read and a plain write": two(
    all((base) => readOnce(base + DATA)),
    all(writing),
  ),
  "an atomic write and a plain read": two(
    all((base) => store(base + DATA, 1)),
    all(reading),
  ),
  "a flag by marked accesses, which order nothing": two(
    all(writing, (base) => writeOnce(base + FLAG, 1)),
    ifRaised(readOnce),
  ),
  "a flag that is looked at and not minded": two(
    all(writing, raising),
    all((base) => load(base + FLAG), reading),
  ),
  "a write after the flag is up": two(all(raising, writing), all(awaiting, reading)),
  "a flag that a marked write put down again": two(
    all(writing, raising),
    all(
      (base) => writeOnce(base + FLAG, 2),
      (base) => load(base + FLAG),
      reading,
    ),
  ),
  "a marked write that a swap hides from a plain read": throughMarks,
  "two locks, one each": two(
    locked,
    all(
      (base) => spinLock(base + MORE),
      increment,
      (base) => spinUnlock(base + MORE),
    ),
  ),
};

const ordered: Readonly<Record<string, Scenario>> = {
  "two reads": two(all(reading), all(reading)),
  "writes of different words": two(
    all(writing),
    all((base) => write(base + MORE, 1)),
  ),
  "a mutex": two(locked, locked),
  "a spinlock": two(spinLocked, spinLocked),
  "a flag that is stored and waited for": two(all(writing, raising), all(awaiting, reading)),
  "a flag that is stored and minded": two(all(writing, raising), ifRaised(load)),
  "a flag that is slept on": two(
    all(writing, raising, (base) => notify(base + FLAG, 1)),
    function* (base) {
      while ((yield* load(base + FLAG)) === 0) yield* wait(base + FLAG, 0);
      yield* read(base + DATA);
    },
  ),
  "a spin loop that is let go on by a word that it read before, under a lock": two(
    all(
      (base) => mutexLock(base + LOCK),
      reading,
      (base) => mutexUnlock(base + LOCK),
      function* (base) {
        for (let turn = 0; (yield* load(base + FLAG)) === 0; turn++) yield* cpuRelax(turn);
      },
    ),
    all(locked, raising),
  ),
  "a word that sleepers are woken by, and is written plainly before": two(
    all(writing, (base) => notify(base + DATA, 1), raising),
    all(awaiting, writing),
  ),
  "a flag handed on by a third": smallWorld([
    all(writing, raising),
    all(awaiting, (base) => store(base + MORE, 1)),
    all((base) => loadWhen(base + MORE, 1), reading),
  ]),
  "a completion": two(
    all(writing, (base) => completeAll(base + LOCK)),
    all((base) => waitForCompletion(base + LOCK), reading),
  ),
  "the last put of a refcount": two(lastPut(DATA, MORE), lastPut(MORE, DATA), (base) =>
    refcountSet(base + LOCK, 2),
  ),
  "marked accesses on both sides": two(
    all(marking),
    all((base) => readOnce(base + DATA), marking),
  ),
  "atomic accesses on both sides": two(
    all((base) => store(base + DATA, 1)),
    all((base) => load(base + DATA)),
  ),
  "what setup wrote": two(all(reading), all(reading), all(writing)),
};

for (const granularity of ["atomic", "lock"] satisfies Granularity[]) {
  describe(`at granularity ${granularity}`, () => {
    test.each(Object.entries(racy))("a data race: %s", (_, definition) => {
      expect(met({ definition, granularity })).toMatchObject({ kinds: ["data-race"], exhaustive: true });
    });

    test.each(Object.entries(ordered))("no data race: %s", (_, definition) => {
      expect(met({ definition, granularity })).toMatchObject({ kinds: [], exhaustive: true });
    });
  });
}
