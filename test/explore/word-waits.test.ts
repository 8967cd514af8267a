import { describe, expect, test } from "vitest";
import { type Addr, load, notify, type Step, store, wait, write } from "#shared/atomic/index";
import { Futex, futexWait, futexWaitAsync, futexWake } from "#shared/sync/futex";
import { mutexLock } from "#shared/sync/mutex";
import { report } from "#shared/violation";
import type { Exploration } from "../../src/explore/explore.ts";
import { explored } from "./exploring.ts";
import { type Body, smallWorld } from "./small-world.ts";

// A world's first words: what is slept on, a mutex behind it, then a table of waiters.
const WORD = 0;
const MUTEX = 4;
const FUTEX = 10;
const ALL = 100;

function* sleep(base: Addr): Step<void> {
  yield* wait(base + WORD, 0);
}

const found = ({ witnesses }: Exploration): string[] => witnesses.map(({ finding }) => finding.kind);
const kinds = async (...bodies: Body[]): Promise<string[]> => found(await explored(smallWorld(bodies)));

describe("a task that sleeps on a plain word for good", () => {
  test("has lost its wake-up where the word has changed", async () => {
    const storing: Body = function* (base) {
      yield* store(base + WORD, 1);
    };
    const [witness] = (await explored(smallWorld([sleep, storing]))).witnesses;
    expect(witness?.finding).toMatchObject({
      kind: "lost-wakeup",
      task: 0,
      waits: [{ task: 0, sleep: { expected: 0, now: 1 } }],
    });
  });

  test("has lost it where the notify came before the sleep and the word is as it was", async () => {
    const early: Body = function* (base) {
      yield* store(base + WORD, 1);
      yield* notify(base + WORD, 1);
    };
    const clearing: Body = function* (base) {
      yield* store(base + WORD, 0);
      yield* sleep(base);
    };
    expect(await kinds(clearing, early)).toEqual(["lost-wakeup"]);
  });

  test("waits for ever where nobody has touched the word", async () => {
    expect(await kinds(sleep, function* () {})).toEqual(["wait-forever"]);
  });

  test("does not make a lost wake-up of a deadlock", async () => {
    const holding: Body = function* (base) {
      yield* mutexLock(base + MUTEX);
      yield* sleep(base);
    };
    const blocked: Body = function* (base) {
      yield* mutexLock(base + MUTEX);
      yield* store(base + WORD, 1);
      yield* notify(base + WORD, 1);
    };
    expect(await kinds(holding, blocked)).toEqual(["deadlock"]);
  });

  test("wakes up behind a store and a notify", async () => {
    const waking: Body = function* (base) {
      yield* store(base + WORD, 1);
      yield* notify(base + WORD, 1);
    };
    const done = await explored(smallWorld([sleep, waking]));
    expect([found(done), done.exhaustive]).toEqual([[], true]);
  });
});

describe("behind a data race", () => {
  const plain: Body = function* (base) {
    yield* write(base + WORD, 1);
  };

  test("a sleep that the plain store does not end is found, and the race with it", async () => {
    // The race is met first: the store, then a look at the word; one more step, and nobody is asleep when it ends.
    const looking: Body = function* (base) {
      yield* load(base + WORD);
      yield* sleep(base);
      yield* store(base + 1, 1);
    };
    const lasting: Body = function* (base) {
      yield* plain(base);
      yield* store(base + 1, 2);
    };
    expect(await kinds(looking, lasting)).toEqual(["lost-wakeup", "data-race"]);
  });

  test("a race alone stays a race", async () => {
    expect(await kinds(plain, plain)).toEqual(["data-race"]);
  });
});

describe("a futex table", () => {
  const queueing = (value: number): Body =>
    function* (base) {
      yield* futexWait(base + FUTEX, base + WORD, value);
    };
  const waking = (count: number): Body =>
    function* (base) {
      yield* store(base + WORD, 1);
      yield* futexWake(base + FUTEX, base + WORD, count);
    };
  const left: Body = function* (base) {
    yield* futexWaitAsync(base + FUTEX, base + WORD, 0);
  };

  test("fits into the words of a small world", () => expect(FUTEX + Futex.size).toBeLessThanOrEqual(32));

  test("wakes as many as it is told to", async () => {
    expect(await kinds(queueing(0), queueing(0), waking(ALL))).toEqual([]);
    expect(await kinds(queueing(0), queueing(0), waking(1))).toEqual(["lost-wakeup"]);
  });

  test("lets a waiter that nobody sleeps for take the wake-up of one behind it", async () => {
    const setup = left;
    const run = async (count: number): Promise<string[]> =>
      found(await explored(smallWorld([queueing(0), waking(count)], setup)));
    expect(await run(1)).toEqual(["lost-wakeup"]);
    expect(await run(2)).toEqual([]);
  });

  test("wakes nobody who waits on another word", async () => {
    const elsewhere: Body = function* (base) {
      const woken = yield* futexWake(base + FUTEX, base + WORD + 1, ALL);
      if (woken !== 0) report("invariant", base, woken);
    };
    expect(await kinds(queueing(0), elsewhere)).toEqual(["wait-forever"]);
    expect(await kinds(queueing(7), elsewhere)).toEqual([]);
  });
});
